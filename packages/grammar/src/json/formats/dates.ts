/** Dates and times of RFC 3339 §5.6, §5.7 and appendix A: days of the month, leap years, leap seconds. */
import { and, or } from "../texts.ts";
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

/** Second 60 is the last of a day in UTC: the hours agree with the offset's, and so do the minutes. */
function leapSecond(): TextRegex {
  const rest = `:60${fraction}`;
  const hours: string[] = [];
  const minutes: string[] = [];
  for (let ahead = 0; ahead < 24; ahead++) {
    // local time is 23:59 plus the offset, or minus it; whole hours leave the minutes at 59
    hours.push(
      `${two((23 + ahead) % 24)}:59${rest}\\+${two(ahead)}:00`,
      `${two(23 - ahead)}:${minute}${rest}-${two(ahead)}:${minute}`,
    );
    hours.push(`${two(ahead)}:${minute}${rest}\\+${two(ahead)}:(?:0[1-9]|[1-5][0-9])`);
  }
  for (let ahead = 0; ahead < 60; ahead++) {
    minutes.push(`${hour}:${two((59 + ahead) % 60)}${rest}\\+${hour}:${two(ahead)}`);
    minutes.push(`${hour}:${two(59 - ahead)}${rest}-${hour}:${two(ahead)}`);
  }
  return or(and(regexText(hours.join("|")), regexText(minutes.join("|"))), regexText(`23:59${rest}[Zz]`));
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
