// Parses well-formed XML into plain elements, whose meaning is decided elsewhere.

import { DOMParser } from "@xmldom/xmldom";
import type { Element, Node } from "@xmldom/xmldom";
import { fetchError } from "./fetch-error.ts";

export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** The element's own text, without that of its children. */
  readonly text: string;
}

const ELEMENT = 1;
const TEXT = 3;
const CDATA = 4;

/** @throws FetchError for text that is not well-formed XML */
export function parseXml(xml: string): XmlElement {
  if (xml.trim() === "") throw fetchError("emptyXml");
  try {
    const strict = new DOMParser({
      onError: (_level, message) => {
        throw new SyntaxError(message);
      },
    });
    const root = strict.parseFromString(xml, "text/xml").documentElement;
    if (root === null) throw new SyntaxError("no element");
    return plainElement(root);
  } catch (cause) {
    throw fetchError("invalidXml", { cause });
  }
}

function plainElement(element: Element): XmlElement {
  const attributes = new Map<string, string>();
  for (const attribute of element.attributes) attributes.set(attribute.name, attribute.value);
  const children: XmlElement[] = [];
  let text = "";
  for (let node = element.firstChild; node !== null; node = node.nextSibling) {
    if (isElement(node)) children.push(plainElement(node));
    else if (node.nodeType === TEXT || node.nodeType === CDATA) text += node.nodeValue ?? "";
  }
  return { name: element.tagName, attributes, children, text };
}

function isElement(node: Node): node is Element {
  return node.nodeType === ELEMENT;
}
