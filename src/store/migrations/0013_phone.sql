ALTER TABLE `leg` ADD `replaces` text;--> statement-breakpoint
ALTER TABLE `phone` ADD `kind` text DEFAULT 'desk' NOT NULL;