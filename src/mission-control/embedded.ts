import type { MissionControl } from '#mission-control/port.ts';

/**
 * The way in within one process: our own Person Server's oversight, whose verbs are the port's. Nothing stands between, so
 * there is nothing to be out of reach: what its store throws is thrown on as it is.
 */
export function openEmbedded(oversight: MissionControl): MissionControl {
  return oversight;
}
