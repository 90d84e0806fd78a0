import { getContext, setContext } from "svelte";
import type { Chat } from "./chat.svelte";

const KEY = Symbol("chat");

export const provideChat = (chat: Chat): Chat => setContext(KEY, chat);
export const useChat = (): Chat => getContext<Chat>(KEY);
