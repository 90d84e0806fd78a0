/** Keeps a textarea as high as its text, up to what its style allows. */
export const grow = (text: () => string) => (area: HTMLTextAreaElement) => {
  void text();
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
};
