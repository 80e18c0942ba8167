/** Metrics by name and labels, such as `imports_looks_total{provider="crm",result="ok"}`. */
export type Samples = ReadonlyMap<string, number>;

/** Reads what a server counts, as Prometheus would. */
export async function readMetrics(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Samples> {
  const answer = await fetch(`${url}/metrics`, { headers });
  if (answer.status !== 200) throw new Error(`/metrics answered ${answer.status}`);
  return samplesOf(await answer.text());
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
export function samplesOf(text: string): Samples {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [, name, value] = /^(\w+(?:\{(?:\w+="(?:[^"\\]|\\.)*",?)*\})?) (\S+)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`no sample: ${line}`);
    if (samples.has(name)) throw new Error(`told twice: ${name}`);
    samples.set(name, Number(value.replace('Inf', 'Infinity')));
  }
  return samples;
}

/** The sum of all samples of a name, whatever their labels. */
export function sumOf(samples: Samples, name: string): number {
  let sum = 0;
  for (const [key, value] of samples) if (key.split('{')[0] === name) sum += value;
  return sum;
}
