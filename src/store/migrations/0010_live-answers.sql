DROP INDEX `attempt_live_answer`;--> statement-breakpoint
ALTER TABLE `attempt` ADD `numbers` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `attempt` ADD `callback` text;--> statement-breakpoint
ALTER TABLE `attempt` ADD `waited_at` integer;--> statement-breakpoint
CREATE INDEX `attempt_live_answer` ON `attempt` (`campaign`,`at`,`waited_at`,`outcome`) WHERE "waited_at" is not null;--> statement-breakpoint
ALTER TABLE `attempt_count` ADD `waited` integer DEFAULT 0 NOT NULL;