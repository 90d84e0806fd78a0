import { encoded, reduced } from "../../lib/waveform";

const LONGEST = 600; // seconds
const EVERY = 50; // milliseconds between two looks at how loud it is
const KINDS = [
  ["audio/webm;codecs=opus", "webm"],
  ["audio/mp4", "m4a"],
  ["audio/ogg;codecs=opus", "ogg"],
] as const;

/** Why there is no recording, in words that say what to do. */
function why(error: unknown): string {
  switch (error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return "The browser does not let this page listen. Allow the microphone for it, and try again.";
    case "NotFoundError":
      return "No microphone was found. Connect one, and try again.";
    case "NotReadableError":
      return "Another program uses the microphone. Close it, and try again.";
    default:
      return "This browser can not record here. Over https, newer browsers can.";
  }
}

/** One voice message, from the microphone until it is sent or thrown away. */
export class Recording {
  state = $state<"idle" | "asking" | "recording" | "done">("idle");
  seconds = $state(0);
  complaint = $state("");
  /** What was said, to listen to, and its waveform. */
  src = $state("");
  waveform = $state("");
  file: File | null = null;
  levels = $state.raw<number[]>([]);
  #stream: MediaStream | null = null;
  #recorder: MediaRecorder | null = null;
  #context: AudioContext | null = null;
  #timer = 0;
  #turn = 0;

  async start(): Promise<void> {
    if (this.state !== "idle") return;
    this.complaint = "";
    this.state = "asking";
    const turn = ++this.#turn;
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      if (turn !== this.#turn) return stream.getTracks().forEach((track) => track.stop());
      this.#stream = stream;
      this.#begin(stream, turn);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.cancel();
      this.complaint = why(error);
    }
  }

  /** Ends it: it can be listened to now. */
  stop(): void {
    if (this.#recorder?.state === "recording") this.#recorder.stop();
  }

  /** Throws it away, wherever it is. */
  cancel(): void {
    this.#turn += 1;
    this.#release();
    if (this.src) URL.revokeObjectURL(this.src);
    this.src = "";
    this.file = null;
    this.levels = [];
    this.seconds = 0;
    this.complaint = "";
    this.state = "idle";
  }

  #begin(stream: MediaStream, turn: number): void {
    const [kind, ending] = KINDS.find(([name]) => MediaRecorder.isTypeSupported(name)) ?? ["", "webm"];
    const recorder = new MediaRecorder(stream, {
      audioBitsPerSecond: 48_000,
      ...(kind && { mimeType: kind }),
    });
    const parts: Blob[] = [];
    recorder.ondataavailable = (event) => parts.push(event.data);
    recorder.onstop = () => {
      if (turn !== this.#turn) return;
      const type = recorder.mimeType.split(";")[0] || "audio/webm";
      this.file = new File(parts, `Voice message.${ending}`, { type });
      this.src = URL.createObjectURL(this.file);
      this.waveform = encoded(reduced(this.levels));
      this.#release();
      this.state = "done";
    };
    this.#recorder = recorder;
    this.#listen(stream);
    recorder.start();
    this.state = "recording";
  }

  #listen(stream: MediaStream): void {
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(analyser);
    this.#context = context;
    const samples = new Uint8Array(analyser.fftSize);
    const begun = performance.now();
    this.#timer = window.setInterval(() => {
      analyser.getByteTimeDomainData(samples);
      const loudest = Math.max(...samples.map((sample) => Math.abs(sample - 128))) / 128;
      this.levels = [...this.levels, loudest];
      this.seconds = (performance.now() - begun) / 1000;
      if (this.seconds >= LONGEST) this.stop();
    }, EVERY);
  }

  #release(): void {
    clearInterval(this.#timer);
    this.#recorder = null;
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = null;
    void this.#context?.close();
    this.#context = null;
  }
}
