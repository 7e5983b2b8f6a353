CREATE TABLE `owner` (
	`id` integer PRIMARY KEY NOT NULL,
	`epoch` integer NOT NULL,
	`since` integer NOT NULL,
	`pid` integer NOT NULL,
	`host` text NOT NULL
);
