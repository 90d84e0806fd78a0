/** Files that come by pasting and by dropping; `take` says whether it took some. */
export class Taking {
  /** Whether files are held over the box. */
  over = $state(false);

  constructor(
    private readonly may: () => boolean,
    private readonly add: (files: FileList) => void,
  ) {}

  take(files: FileList | undefined | null): boolean {
    if (!files?.length || !this.may()) return false;
    this.add(files);
    return true;
  }

  readonly paste = (event: ClipboardEvent): void => {
    // What is copied from a table has a picture beside its text: the text is meant.
    if (event.clipboardData?.types.includes("text/plain")) return;
    if (this.take(event.clipboardData?.files)) event.preventDefault();
  };

  readonly drop = (event: DragEvent): void => {
    this.over = false;
    if (this.take(event.dataTransfer?.files)) event.preventDefault();
  };

  readonly drag = (event: DragEvent): void => {
    if (!this.may() || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.over = true;
  };

  readonly leave = (): void => {
    this.over = false;
  };
}
