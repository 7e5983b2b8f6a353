CREATE TABLE `contact_wish` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`campaign` text NOT NULL,
	`person` text NOT NULL,
	`number` text NOT NULL,
	`source` text NOT NULL,
	`at` integer NOT NULL,
	`until` integer,
	`by` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `contact_wish_same` ON `contact_wish` (`number`,`person`,`kind`,`campaign`,`source`);--> statement-breakpoint
CREATE INDEX `contact_wish_person` ON `contact_wish` (`person`);--> statement-breakpoint
CREATE INDEX `contact_wish_kind` ON `contact_wish` (`kind`);--> statement-breakpoint
CREATE INDEX `contact_wish_source` ON `contact_wish` (`source`);