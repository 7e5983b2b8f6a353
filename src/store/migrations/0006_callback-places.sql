ALTER TABLE `callback` ADD `since` integer;--> statement-breakpoint
ALTER TABLE `callback` ADD `plan` text;--> statement-breakpoint
ALTER TABLE `callback` ADD `attempts` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `callback` ADD `calls` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `callback` ADD `due_at` integer;--> statement-breakpoint
ALTER TABLE `callback` ADD `calling` text;