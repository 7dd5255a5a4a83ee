/** Dates and times of RFC 3339 §5.6, §5.7 and appendix A: days of the month, leap years, leap seconds. */
import { and, concat, literal, or } from "../texts.ts";
import { regexText } from "../../regex/regexText.ts";
import type { TextRegex } from "../../regex/textRegex.ts";

const leapYear = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";
const day = "(?:0[1-9]|1[0-9]|2[0-8])";
const dateSource = [
  `[0-9]{4}-(?:0[1-9]|1[0-2])-${day}`,
  "[0-9]{4}-(?:0[13-9]|1[0-2])-(?:29|30)",
  "[0-9]{4}-(?:0[13578]|1[02])-31",
  `${leapYear}-02-29`,
].join("|");
const hour = "(?:[01][0-9]|2[0-3])";
const minute = "[0-5][0-9]";
const fraction = "(?:\\.[0-9]+)?";
const offset = `(?:[Zz]|[+-]${hour}:${minute})`;
const two = (value: number): string => String(value).padStart(2, "0");

/** One of the values as two digits, and what follows it. */
function eachOf(count: number, tail: (value: number) => TextRegex): TextRegex {
  return or(...Array.from({ length: count }, (_, value) => concat(literal(two(value)), tail(value))));
}

/**
 * Second 60 is the last of a day in UTC: local time is 23:59 plus the offset, or minus it. Hours agree, and so do minutes.
 * Parts are shared, as each is parsed and spelled once.
 */
function leapSecond(): TextRegex {
  const [anyHour, anyMinute, some] = [hour, minute, "(?:0[1-9]|[1-5][0-9])"].map((source) => regexText(source));
  const [colon, plus, minus] = [":", "+", "-"].map(literal);
  const seconds = regexText(`:60${fraction}`);
  const hours = eachOf(24, (local) => {
    // whole hours leave the minutes at 59, others begin an hour
    const ahead = or(literal(`${two((local + 1) % 24)}:00`), concat(literal(`${two(local)}:`), some!));
    const behind = concat(literal(`${two(23 - local)}:`), anyMinute!);
    return concat(colon!, anyMinute!, seconds, or(concat(plus!, ahead), concat(minus!, behind)));
  });
  const minutes = eachOf(60, (local) => {
    const ahead = concat(plus!, anyHour!, literal(`:${two((local + 1) % 60)}`));
    return concat(seconds, or(ahead, concat(minus!, anyHour!, literal(`:${two(59 - local)}`))));
  });
  return or(and(hours, concat(anyHour!, colon!, minutes)), concat(literal("23:59"), seconds, regexText("[Zz]")));
}

export function dateFormat(): TextRegex {
  return regexText(dateSource);
}

export function timeFormat(): TextRegex {
  return or(regexText(`${hour}:${minute}:${minute}${fraction}${offset}`), leapSecond());
}

export function dateTimeFormat(): TextRegex {
  return { kind: "concat", parts: [dateFormat(), regexText("[Tt]"), timeFormat()] };
}

export function durationFormat(): TextRegex {
  const seconds = "[0-9]+S";
  const minutes = `[0-9]+M(?:${seconds})?`;
  const time = `T(?:[0-9]+H(?:${minutes})?|${minutes}|${seconds})`;
  const days = "[0-9]+D";
  const months = `[0-9]+M(?:${days})?`;
  const date = `(?:[0-9]+Y(?:${months})?|${months}|${days})(?:${time})?`;
  return regexText(`P(?:${date}|${time}|[0-9]+W)`);
}
