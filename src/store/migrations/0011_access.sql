CREATE TABLE `audit` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`who` text NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`branch` text NOT NULL,
	`address` text NOT NULL,
	`what` text NOT NULL,
	`outcome` text NOT NULL,
	`status` integer NOT NULL,
	`refusal` text NOT NULL,
	`target` text NOT NULL,
	`sent` text
);
--> statement-breakpoint
CREATE INDEX `audit_at` ON `audit` (`at`);--> statement-breakpoint
CREATE INDEX `audit_who` ON `audit` (`who`,`seq`);--> statement-breakpoint
CREATE TABLE `session` (
	`hash` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`seen_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`address` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `session_user` ON `session` (`user_id`);--> statement-breakpoint
CREATE TABLE `user` (
	`id` text PRIMARY KEY NOT NULL,
	`login` text NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`branch` text DEFAULT '' NOT NULL,
	`agent_id` text,
	`password_hash` text NOT NULL,
	`password_changed_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`disabled_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `user_login` ON `user` (`login`);--> statement-breakpoint
ALTER TABLE `api_token` ADD `branch` text DEFAULT '' NOT NULL;