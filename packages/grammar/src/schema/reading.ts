/** A schema document while it is compiled: its schemas, read as they are needed, and what is known of them. */
import type { Expressions } from "../regex/expressions.ts";
import type { SchemaWarning } from "./compileJsonSchema.ts";
import { SchemaDocument } from "./document.ts";
import { type Formula, Formulas } from "./formula.ts";
import type { CompileSettings } from "./options.ts";
import { readSchema } from "./readSchema.ts";
import type { Readings } from "./schemaReader.ts";
import { emptyScope } from "./scopes.ts";
import { Views } from "./views.ts";

export class SchemaReading {
  readonly expressions: Expressions;
  readonly formulas: Formulas = new Formulas();
  readonly readings: Readings;
  /** The document as a whole. */
  readonly root: Formula;
  readonly warnings: SchemaWarning[] = [];
  readonly #settings: CompileSettings;
  #views: Views | undefined;

  constructor(schema: unknown, settings: CompileSettings, expressions: Expressions) {
    this.expressions = expressions;
    this.#settings = settings;
    expressions.budget = settings.budget;
    const document = new SchemaDocument(schema);
    const { formulas, warnings } = this;
    this.readings = { document, formulas, warn: (origin, reason) => void warnings.push({ ...origin, reason }) };
    this.root = formulas.schema(document.root, emptyScope);
  }

  /** Made when they are needed: plain schemas do without. */
  get views(): Views {
    return (this.#views ??= this.#makeViews());
  }

  #makeViews(): Views {
    const read = new Map<Formula, Formula>();
    const { formulas, expressions } = this;
    return new Views({
      formulas,
      expressions,
      limits: this.#settings,
      budget: this.#settings.budget,
      read: (formula) => {
        let known = read.get(formula);
        if (!known) read.set(formula, (known = readSchema(this.readings, formula.location, formula.scope)));
        return known;
      },
    });
  }
}
