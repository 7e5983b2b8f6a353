ALTER TABLE `call` ADD `asked_by` text;--> statement-breakpoint
ALTER TABLE `leg` ADD `written_by` text;