/** The site: which pages there are, in which order. */
import { existsSync, readdirSync } from "node:fs";
import { join, posix } from "node:path";
import { type DefaultTheme, defineConfig } from "vitepress";

const repository = "https://github.com/tokenmill/tokenmill";
const api = join(import.meta.dirname, "../api");

/** One entry for each package, from what typedoc wrote. */
function apiItems(): DefaultTheme.SidebarItem[] {
  const packages = join(api, "packages");
  if (!existsSync(packages)) return [];
  const names = readdirSync(packages).filter((name) => existsSync(join(packages, name, "src/index.md")));
  return [
    item("tokenmill", "/api/apps/stream/src/"),
    ...names.map((name) => item(`@tokenmill/${name}`, `/api/packages/${name}/src/`)),
  ];
}

/** What is not of the site (files outside of docs/, and its reports) is a link to the repository. */
function onSite(href: string, page: string): string {
  if (/^([a-z]+:|#|\/)/.test(href)) return href;
  const target = posix.join("docs", posix.dirname(page), href);
  const isOnSite = target.startsWith("docs/") && !target.startsWith("docs/load/");
  return isOnSite ? href : `${repository}/blob/main/${target}`;
}

const item = (text: string, link: string): DefaultTheme.SidebarItem => ({ text, link });

export default defineConfig({
  title: "tokenmill",
  description: "A token sampling engine: rows of logits in, tokens out, for thousands of sequences at once.",
  srcExclude: ["node_modules/**", "public/**", "load/*.md", "bench/**"],
  rewrites: { "protocols/README.md": "protocols/index.md" },
  cleanUrls: true,
  lastUpdated: false,
  markdown: {
    config(md) {
      const { renderer } = md;
      const render =
        renderer.rules.link_open ?? ((tokens, i, options, _, self) => self.renderToken(tokens, i, options));
      renderer.rules.link_open = (tokens, i, options, env: { relativePath?: string }, self) => {
        const href = tokens[i]?.attrGet("href") ?? "";
        tokens[i]?.attrSet("href", onSite(href, env.relativePath ?? ""));
        return render(tokens, i, options, env, self);
      };
    },
  },
  themeConfig: {
    search: { provider: "local" },
    outline: { level: [2, 3] },
    socialLinks: [{ icon: "github", link: repository }],
    nav: [
      item("Guides", "/guides/sampler"),
      item("Protocols", "/protocols/"),
      item("API", "/api/"),
      item("Playground", "/playground"),
    ] as DefaultTheme.NavItem[],
    sidebar: [
      {
        text: "Guides",
        items: [
          item("A sampler in five lines", "/guides/sampler"),
          item("My own model", "/guides/source"),
          item("A stage of my own", "/guides/stage"),
          item("Serving", "/guides/server"),
          item("In an app of my own", "/guides/embed"),
          item("A WebSocket client", "/guides/websocket"),
          item("Structured output", "/structured-output"),
          item("Going on after an end", "/guides/resume"),
          item("Many prompts", "/guides/batch"),
          item("How much it carries", "/guides/load"),
          item("From one process to three machines", "/guides/machines"),
          item("Language models", "/models"),
          item("GGUF models", "/guides/llama"),
          item("ONNX models", "/guides/onnx"),
          item("transformers.js", "/guides/transformers"),
          item("Your own loop, web-llm", "/guides/loop"),
          item("Logits from Python", "/rows-from-python"),
          item("Sparse rows", "/guides/sparse-rows"),
          item("Many machines", "/cluster"),
          item("Coming from another engine", "/guides/migration"),
        ],
      },
      {
        text: "Promises",
        items: [
          item("Limits and promises", "/guides/limits"),
          item("Where it runs", "/hosts"),
          item("Versions", "/versions"),
          item("How it is built", "/structure"),
        ],
      },
      {
        text: "Wire protocols",
        items: [
          item("Overview", "/protocols/"),
          item("Token streams", "/protocols/token-streams"),
          item("Files and batches", "/protocols/batches"),
          item("Rows", "/protocols/rows"),
          item("Resume", "/protocols/resume"),
          item("Frames", "/protocols/frames"),
          item("Error codes", "/protocols/errors"),
          item("Metrics", "/protocols/metrics"),
        ],
      },
      { text: "API", collapsed: true, items: apiItems() },
    ],
  },
});
