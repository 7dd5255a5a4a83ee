/** Saves a chart as a picture of its own: the page's styles written into it. */
const kept = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "font-family",
  "font-size",
  "font-weight",
  "visibility",
];

/** The SVG's text, on the page's background, with a title. */
export function chartSvg(svg: SVGSVGElement, title: string): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = svg.querySelectorAll("*");
  copy.querySelectorAll("*").forEach((element, i) => {
    const style = getComputedStyle(originals[i]!);
    for (const name of kept) element.setAttribute(name, style.getPropertyValue(name));
    for (const name of ["class", "tabindex", "role"]) element.removeAttribute(name);
  });
  const { width, height } = svg.viewBox.baseVal;
  const page = getComputedStyle(document.documentElement);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("viewBox", `-16 -44 ${width + 32} ${height + 56}`);
  copy.setAttribute("width", String(width + 32));
  copy.setAttribute("height", String(height + 56));
  const head = `<rect x="-16" y="-44" width="100%" height="100%" fill="${page.getPropertyValue("--surface")}"/><text x="0" y="-18" font-family="system-ui, sans-serif" font-size="14" font-weight="600" fill="${page.getPropertyValue("--ink")}"></text>`;
  copy.insertAdjacentHTML("afterbegin", head);
  copy.querySelector("text")!.textContent = title;
  return new XMLSerializer().serializeToString(copy);
}

/** The same as a PNG of twice the size. */
export async function chartPng(svg: SVGSVGElement, title: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(chartSvg(svg, title))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth * 2;
  canvas.height = image.naturalHeight * 2;
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the browser could not draw the picture"))));
  });
}

/** Hands a file to the user. */
export function download(content: Blob | string, name: string, type = "text/plain"): void {
  const blob = typeof content === "string" ? new Blob([content], { type }) : content;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
