/** XML as S3 writes and reads it: elements with texts, no attributes. */

export type XmlContent = string | number | boolean | readonly (readonly [name: string, content: XmlContent])[];

export function toXml(name: string, content: XmlContent): string {
  const inner = Array.isArray(content)
    ? (content as readonly (readonly [string, XmlContent])[]).map(([child, part]) => toXml(child, part)).join('')
    : escape(String(content));
  return `<${name}>${inner}</${name}>`;
}

/** The contents of all elements of a name, markup and all. */
export function elementsOf(xml: string, name: string): string[] {
  const found = xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`, 'g'));
  return [...found].map(([, inner = '']) => inner);
}

export function textFrom(xml: string): string {
  return xml.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return NAMED[name] ?? whole;
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  });
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function escape(text: string): string {
  // eslint-disable-next-line no-control-regex -- keys may have them, and XML may not
  return text.replace(/[&<>"\u0000-\u001f]/g, (char) => `&#x${char.charCodeAt(0).toString(16)};`);
}
