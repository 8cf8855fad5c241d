// A headless Chromium out of an npm package: nothing is downloaded and no system library is needed.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflate } from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

/** The package holds a Chromium for this kind of machine only. */
export const browserRunsHere = process.platform === 'linux' && process.arch === 'x64';

/** Where screenshots land; ignored by git. */
export const artifacts = new URL('../artifacts/', import.meta.url).pathname;

/**
 * Unpacks the browser once per version beside other temporary files and starts it. The libraries it links to (NSS, expat)
 * and its fonts come from the package too; a font that the machine has, for emoji say, is used where ours has no glyph.
 */
export async function openBrowser(): Promise<Browser> {
  const home = await unpacked();
  await mkdir(artifacts, { recursive: true });
  return await chromium.launch({
    executablePath: join(home, 'chromium'),
    // Containers run as root, and Chromium refuses its own sandbox there.
    args: ['--no-sandbox', '--font-render-hinting=none'],
    env: {
      ...process.env,
      HOME: home,
      LD_LIBRARY_PATH: join(home, 'al2023', 'lib'),
      FONTCONFIG_FILE: join(home, 'fonts.conf'),
    },
  });
}

async function unpacked(): Promise<string> {
  const inside = fileURLToPath(new URL('..', import.meta.resolve('@sparticuz/chromium')));
  const { version } = JSON.parse(await readFile(join(inside, 'package.json'), 'utf8'));
  const home = join(tmpdir(), `chaperone-chromium-${version}`);
  if (existsSync(home)) return home;

  // Unpacked aside and moved in one step, so that a test file running beside this one never starts half a browser.
  const aside = await mkdtemp(`${home}-`);
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = aside;
  try {
    for (const part of ['chromium.br', 'al2023.tar.br', 'fonts.tar.br', 'swiftshader.tar.br']) {
      await inflate(join(inside, 'bin', part));
    }
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
  await writeFile(join(aside, 'fonts.conf'), fontsIn(home));
  await rename(aside, home).catch(async (error: unknown) => {
    await rm(aside, { recursive: true, force: true });
    if (!existsSync(home)) throw error;
  });
  return home;
}

function fontsIn(home: string) {
  const folders = [join(home, 'fonts'), '/usr/share/fonts', '/usr/local/share/fonts'];
  return [
    '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>',
    ...folders.map((folder) => `<dir>${folder}</dir>`),
    `<cachedir>${join(home, 'fonts-cache')}</cachedir></fontconfig>`,
  ].join('\n');
}
