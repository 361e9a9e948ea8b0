/** Who is at the machine of the base, as far as it knows: for what is written down of a command. */
export function callerOf(environment: NodeJS.ProcessEnv): string {
  return `command, ${environment.USER ?? environment.LOGNAME ?? 'somebody'}`;
}
