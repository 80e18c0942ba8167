import { SCENARIOS } from './simulation.ts';
import type { Scenario, SimulatedAnswer, SimulatedRequest } from './simulation.ts';

/** Where a served simulator tells what it is like, and is told; no vendor has such a path. */
export const CONTROL_PATH = '/-/scenario';

/** The scenario of a served simulator. */
export interface ScenarioSwitch {
  scenario: Scenario;
}

/** Answers a request to the control: GET tells the scenario, PUT with another word changes it. */
export function answerControl(
  { method, body }: SimulatedRequest,
  control: ScenarioSwitch,
): SimulatedAnswer {
  if (method === 'GET') return textAnswer(200, control.scenario);
  if (method !== 'PUT') return textAnswer(405, 'expected GET or PUT', { allow: 'GET, PUT' });
  const word = body.trim();
  const scenario = SCENARIOS.find((known) => known === word);
  if (scenario === undefined) return textAnswer(400, `expected one of ${SCENARIOS.join(', ')}`);
  control.scenario = scenario;
  return textAnswer(200, scenario);
}

function textAnswer(
  status: number,
  sentence: string,
  headers: Readonly<Record<string, string>> = {},
): SimulatedAnswer {
  return { status, headers: { 'content-type': 'text/plain', ...headers }, body: `${sentence}\n` };
}
