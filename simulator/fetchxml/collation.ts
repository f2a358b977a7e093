// How Dataverse compares text and guids: SQL Server, Latin1_General_CI_AI, and its own order of uniqueidentifiers.
// Case, accents and trailing blanks do not count. Order is by folded code units: the same on every machine, unlike ICU's.
// Learn: "Comparing GUID and uniqueidentifier values", "Collation and Unicode support".

const ASCII = /^[\u0020-\u007e]*$/;

/** Two texts are equal in Dataverse when their folded forms are the same; their order is that of the folded forms. */
export function foldText(text: string): string {
  const folded = ASCII.test(text) ? text.toLowerCase() : foldMarks(text);
  return folded.endsWith(" ") ? folded.trimEnd() : folded;
}

/** Folded, but with its trailing blanks: LIKE counts them. */
export function foldPattern(text: string): string {
  return ASCII.test(text) ? text.toLowerCase() : foldMarks(text);
}

function foldMarks(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replaceAll("ß", "ss");
}

/**
 * Key whose text order is SQL Server's order of uniqueidentifiers: the last six bytes count first, then backwards
 * through the groups. Expects the lower-case form with dashes.
 */
export function guidOrderKey(guid: string): string {
  return (
    guid.slice(24) +
    guid.slice(19, 23) +
    guid.slice(16, 18) +
    guid.slice(14, 16) +
    guid.slice(11, 13) +
    guid.slice(9, 11) +
    guid.slice(6, 8) +
    guid.slice(4, 6) +
    guid.slice(2, 4) +
    guid.slice(0, 2)
  );
}

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const GUID_WITHOUT_DASHES = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;

/** Lower-case guid with dashes from any of .NET's forms D, B, P and N; undefined if it is none of them. */
export function parseGuid(text: string): string | undefined {
  let guid = text.trim().toLowerCase();
  if ((guid.startsWith("{") && guid.endsWith("}")) || (guid.startsWith("(") && guid.endsWith(")"))) {
    guid = guid.slice(1, -1);
  }
  if (GUID.test(guid)) return guid;
  const bare = GUID_WITHOUT_DASHES.exec(guid);
  return bare === null ? undefined : bare.slice(1).join("-");
}
