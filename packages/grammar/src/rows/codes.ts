/**
 * Numbers that carry a text along: a lexer's state with what its lexeme has read, a lexeme with all that it read. Only
 * lexemes whose texts must differ need them; elsewhere the number is the state or lexeme itself.
 */

const states = 2 ** 26;
const lexemes = 2 ** 24;

export function stateWithText(state: number, text: number): number {
  return state + text * states;
}

export function stateOf(code: number): number {
  return code < states ? code : code % states;
}

/** 0 where there is none. */
export function textOfState(code: number): number {
  return code < states ? 0 : Math.floor(code / states);
}

export function lexemeWithText(lexeme: number, text: number): number {
  return lexeme + text * lexemes;
}

export function lexemeOf(code: number): number {
  return code < lexemes ? code : code % lexemes;
}

/** 0 where there is none. */
export function textOfLexeme(code: number): number {
  return code < lexemes ? 0 : Math.floor(code / lexemes);
}
