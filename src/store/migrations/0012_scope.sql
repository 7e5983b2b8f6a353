CREATE TABLE `branch` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`parent` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `branch_parent` ON `branch` (`parent`);--> statement-breakpoint
ALTER TABLE `agent` ADD `branch` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `campaign` ADD `branch` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `customer` ADD `branch` text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX `customer_branch` ON `customer` (`branch`,`name`,`id`);--> statement-breakpoint
ALTER TABLE `outbound_campaign` ADD `branch` text DEFAULT '' NOT NULL;