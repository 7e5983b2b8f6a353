CREATE TABLE `call_note` (
	`call` text NOT NULL,
	`agent` text NOT NULL,
	`version` integer NOT NULL,
	`text` text NOT NULL,
	`reason` text NOT NULL,
	`sale` text NOT NULL,
	`at` integer NOT NULL,
	`done_at` integer,
	PRIMARY KEY(`call`, `agent`)
);
--> statement-breakpoint
CREATE INDEX `call_note_agent` ON `call_note` (`agent`,`done_at`);--> statement-breakpoint
CREATE TABLE `desk_choice` (
	`kind` text NOT NULL,
	`id` text NOT NULL,
	`position` integer NOT NULL,
	`zh` text NOT NULL,
	`en` text NOT NULL,
	PRIMARY KEY(`kind`, `id`)
);
--> statement-breakpoint
CREATE TABLE `desk_phone` (
	`agent` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `voicemail_ani` ON `voicemail` (`ani`,`at`);--> statement-breakpoint
CREATE INDEX `callback_number` ON `callback` (`number`,`at`);