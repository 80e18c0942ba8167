/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  /** The key, such as `providers[0].baseUrl`, or the name of an environment variable. */
  readonly key: string;
  /** What is wrong and what it should be. */
  readonly message: string;
}

const EXAMPLE = `store: { url: sqlite:imports.db }
providers:
  - id: catalog
    kind: collibra
    baseUrl: https://acme.collibra.com
    auth: { basic: { username: svc, password: "\${COLLIBRA_PASSWORD}" } }`;

/** The configuration cannot be used: every problem at once, and an example that can. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(source: string, problems: readonly ConfigProblem[], example: string = EXAMPLE) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    const lines = problems.map(({ key, message }) => `  ${key}: ${message}`);
    super(
      [
        `The configuration (${source}) has ${count}:`,
        '',
        ...lines,
        '',
        'An example that works:',
        '',
        ...example.split('\n').map((line) => `  ${line}`),
        '',
      ].join('\n'),
    );
    this.problems = problems;
  }
}
