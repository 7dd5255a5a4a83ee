/** A page without scripts or outside files: text, tables and SVG. */

export interface Section {
  readonly title: string;
  /** One sentence on how to read it. */
  readonly note?: string;
  /** HTML. */
  readonly body: string;
}

const style = `
  body { font: 15px/1.5 "DejaVu Sans", Verdana, system-ui, sans-serif; color: #1f2933; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .25rem; }
  p, figcaption { color: #52606d; margin: .25rem 0 .75rem; } pre { background: #f5f7fa; padding: 1rem; overflow: auto; white-space: pre-wrap; font-size: 13px; }
  table { border-collapse: collapse; font-size: 12px; font-variant-numeric: tabular-nums; display: block; overflow-x: auto; } th, td { padding: .2rem .5rem; text-align: right; border-bottom: 1px solid #e4e8ec; white-space: nowrap; }
  th:first-child, td:first-child { text-align: left; } th { color: #52606d; font-weight: normal; }
  svg { max-width: 100%; height: auto; }`;

export function page(title: string, lead: string, sections: readonly Section[]): string {
  const body = sections.map(
    (section) =>
      `<section>\n<h2>${escapeHtml(section.title)}</h2>\n${section.note === undefined ? "" : `<p>${escapeHtml(section.note)}</p>\n`}${section.body}\n</section>`,
  );
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${style}</style></head>
<body>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(lead)}</p>
${body.join("\n")}
</body>
</html>
`;
}

export function table(rows: readonly (readonly string[])[]): string {
  const [header, ...body] = rows;
  const line = (cells: readonly string[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;
  return `<table>${line(header ?? [], "th")}${body.map((cells) => line(cells, "td")).join("")}</table>`;
}

export function preformatted(text: string): string {
  return `<pre>${escapeHtml(text)}</pre>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
