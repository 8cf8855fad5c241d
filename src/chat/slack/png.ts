// SVG of ours as PNG, by resvg in WebAssembly with a font that comes along: nothing of the machine is needed or read.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { font } from './svg.ts';

const fileOf = (name: string) => readFile(fileURLToPath(import.meta.resolve(name)));

const opened = once(async () => {
  await initWasm(await fileOf('@resvg/resvg-wasm/index_bg.wasm'));
  return await Promise.all(
    ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((name) => fileOf(`dejavu-fonts-ttf/ttf/${name}`)),
  );
});

/** Draws an SVG of `drawing.ts` at twice its size. Takes some tens of milliseconds, in which nothing else runs. */
export async function pngOf(svg: string): Promise<Uint8Array> {
  const fontBuffers = await opened();
  const drawing = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: 2 },
    font: { fontBuffers, defaultFontFamily: font, sansSerifFamily: font },
  });
  try {
    const image = drawing.render();
    try {
      return image.asPng();
    } finally {
      image.free();
    }
  } finally {
    drawing.free();
  }
}

function once<T>(open: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | undefined;
  return () => (found ??= open());
}
