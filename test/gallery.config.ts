import { defineConfig } from 'vitest/config';
import suite from '../vitest.config.ts';

// `npm run gallery`: drawn to be looked at by people, when somebody changed how cards look, and not with every check.
export default defineConfig({ ...suite, test: { ...suite.test, include: ['test/gallery.ts'] } });
