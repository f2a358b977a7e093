// Compares text and guids as Dataverse does: SQL Server's Latin1_General_CI_AI, and its order of
// uniqueidentifiers. Case, accents and trailing blanks are ignored. Text is ordered by folded code
// units, which unlike ICU's order is the same on every machine. Learn: "Comparing GUID and
// uniqueidentifier values", "Collation and Unicode support".

const ASCII = /^[\u0020-\u007e]*$/;

/**
 * Two texts are equal in Dataverse when their folded forms are, and they are ordered by their
 * folded forms.
 */
export function foldText(text: string): string {
  const folded = ASCII.test(text) ? text.toLowerCase() : foldMarks(text);
  return folded.endsWith(" ") ? folded.trimEnd() : folded;
}

/** Folds text but keeps its trailing blanks, because LIKE does not ignore them. */
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
 * Returns a key whose text order is SQL Server's order of uniqueidentifiers: the last six bytes
 * come first, then the other groups backwards. Expects lower case with dashes.
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

/**
 * Parses .NET's guid formats D, B, P and N into lower case with dashes; undefined for anything
 * else.
 */
export function parseGuid(text: string): string | undefined {
  let guid = text.trim().toLowerCase();
  if ((guid.startsWith("{") && guid.endsWith("}")) || (guid.startsWith("(") && guid.endsWith(")"))) {
    guid = guid.slice(1, -1);
  }
  if (GUID.test(guid)) return guid;
  const bare = GUID_WITHOUT_DASHES.exec(guid);
  return bare === null ? undefined : bare.slice(1).join("-");
}
