/** RFC 4180, as a spreadsheet reads it. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  for (const line of text.match(/(?:"(?:[^"]|"")*"|[^"\n])+/g) ?? [])
    rows.push(
      Array.from(line.replace(/\r$/, '').matchAll(/(?:^|,)("(?:[^"]|"")*"|[^,]*)/g), match =>
        match[1]!.startsWith('"') ? match[1]!.slice(1, -1).replaceAll('""', '"') : match[1]!,
      ),
    )
  return rows
}
