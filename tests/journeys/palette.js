// A picture of at most 256 colours: the commonest exactly, the others by the nearest that is kept.
async ([png, most]) => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const pixels = new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer);
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const parts = (pixel) => [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
  const common = [...counts].sort((a, b) => b[1] - a[1]).map(([pixel]) => pixel);
  const kept = common.slice(0, most / 2);
  const cubes = new Map(); // of the others, the commonest of each part of the colour space
  for (const pixel of common.slice(most / 2)) {
    const cube = parts(pixel).map((part) => part >> 4).join();
    const found = cubes.get(cube) ?? { pixel, count: 0 };
    found.count += counts.get(pixel);
    cubes.set(cube, found);
  }
  const others = [...cubes.values()].sort((a, b) => b.count - a.count);
  kept.push(...others.slice(0, most - kept.length).map(({ pixel }) => pixel));
  const palette = kept.map(parts);
  const places = new Map(kept.map((pixel, place) => [pixel, place]));
  const nearest = (pixel) => {
    const [red, green, blue] = parts(pixel);
    let [best, least] = [0, Infinity];
    palette.forEach(([r, g, b], place) => {
      const far = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
      if (far < least) [best, least] = [place, far];
    });
    return best;
  };
  const indices = new Uint8Array(pixels.length);
  pixels.forEach((pixel, at) => {
    let place = places.get(pixel);
    if (place === undefined) places.set(pixel, (place = nearest(pixel)));
    indices[at] = place;
  });
  const reader = new FileReader();
  const url = await new Promise((done) => {
    reader.onload = () => done(reader.result);
    reader.readAsDataURL(new Blob([indices]));
  });
  return { width: image.width, height: image.height, palette, indices: url.split(",")[1] };
}
