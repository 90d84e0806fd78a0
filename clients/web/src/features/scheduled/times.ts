/** What an input for date and time shows of a moment: the clock of this device, without a zone. */
export function forInput(at: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** Times that people often mean. */
export function proposals(now: Date): { label: string; at: Date }[] {
  const hour = new Date(now.getTime() + 3_600_000);
  const tomorrow = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 9);
  const monday = new Date(
    now.getFullYear(),
    now.getMonth(),
    now.getDate() + ((8 - now.getDay()) % 7 || 7),
    9,
  );
  return [
    { label: "In an hour", at: hour },
    { label: "Tomorrow at 9", at: tomorrow },
    { label: "Monday at 9", at: monday },
  ];
}
