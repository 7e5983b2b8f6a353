DROP INDEX `call_live`;--> statement-breakpoint
CREATE INDEX `call_live` ON `call` (`started_at`,`id`) WHERE "ended_at" is null;--> statement-breakpoint
ALTER TABLE `leg` ADD `queue` text;