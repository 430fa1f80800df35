// `1-coder-execute-step/4/tools`: round 1, the coder, turn 4, its tool calls; what it waits for stands behind that.
const TURN = /^\d+-([a-z]+)-.*\/(\d+)\/(infer|tools)(?:\/|$)/

/** A step's id as one says it; ids of another make stand as they are. */
export function stepWords(step: string): string {
  const [, agent, turn] = TURN.exec(step) ?? []
  return agent === undefined ? step : `${agent}, turn ${turn}`
}
