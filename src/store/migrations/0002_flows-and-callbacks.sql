CREATE TABLE `flow_release` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`version` text NOT NULL,
	`at` integer NOT NULL,
	`by` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `flow_release_name` ON `flow_release` (`name`,`seq`);--> statement-breakpoint
CREATE TABLE `flow_version` (
	`name` text NOT NULL,
	`version` text NOT NULL,
	`file` text NOT NULL,
	`text` text NOT NULL,
	`prompts` text NOT NULL,
	`signatures` text NOT NULL,
	PRIMARY KEY(`name`, `version`)
);
--> statement-breakpoint
CREATE TABLE `step_stat` (
	`flow` text NOT NULL,
	`version` text NOT NULL,
	`step` text NOT NULL,
	`exit` text NOT NULL,
	`hour` integer NOT NULL,
	`count` integer NOT NULL,
	`total_ms` integer NOT NULL,
	PRIMARY KEY(`flow`, `hour`, `version`, `step`, `exit`)
);
--> statement-breakpoint
CREATE TABLE `callback` (
	`id` text PRIMARY KEY NOT NULL,
	`call` text NOT NULL,
	`queue` text NOT NULL,
	`number` text NOT NULL,
	`customer_id` text,
	`tier` text NOT NULL,
	`language` text NOT NULL,
	`at` integer NOT NULL,
	`done_at` integer,
	`done_by` text,
	`outcome` text
);
--> statement-breakpoint
CREATE INDEX `callback_open` ON `callback` (`at`,`id`) WHERE "done_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX `callback_open_number` ON `callback` (`number`,`queue`) WHERE "done_at" is null;--> statement-breakpoint
CREATE INDEX `callback_done` ON `callback` (`done_at`,`id`) WHERE "done_at" is not null;--> statement-breakpoint
ALTER TABLE `campaign` ADD `persona` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `customer` ADD `flow` text DEFAULT '' NOT NULL;