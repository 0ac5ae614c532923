import { createFileRoute } from "@tanstack/react-router";
import { ChooseConversation } from "../../../../../inbox/ChooseConversation";

export const Route = createFileRoute("/_app/shops/$shopId/conversations/")({ component: ChooseConversation });
