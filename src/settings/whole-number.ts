import { z } from "zod";

const format = (value: number) => value.toLocaleString("en");

/** An integer within a range, both ends included. */
export function wholeNumber(from: number, to: number) {
  const inRange = (value: number) => Number.isInteger(value) && value >= from && value <= to;
  return z.number().refine(inRange, `write a whole number from ${format(from)} to ${format(to)}`);
}
