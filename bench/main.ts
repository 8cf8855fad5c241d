// npm run bench -- NAME: measures one part of the product and prints what it found. A bench may need what a machine
// like yours does not have; none of them runs with the tests.
import { benchPersonServer } from './person-server.ts';
import { benchReviewer } from './reviewer.ts';
import { benchReviewerModel } from './reviewer-model.ts';
import { benchStop } from './stop.ts';

const benches: Readonly<Record<string, () => void | Promise<void>>> = {
  'person-server': benchPersonServer,
  reviewer: async () => {
    benchReviewer();
    await benchReviewerModel();
  },
  stop: benchStop,
};

const name = process.argv[2] ?? '';
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (bench === undefined) {
  process.stderr.write(`npm run bench -- NAME, where NAME is one of: ${Object.keys(benches).join(', ')}\n`);
  process.exitCode = 2;
} else {
  await bench();
}
