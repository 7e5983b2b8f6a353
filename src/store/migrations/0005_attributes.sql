DROP TABLE `queue`;--> statement-breakpoint
ALTER TABLE `agent` ADD `attributes` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `agent` ADD `outside` text;--> statement-breakpoint
ALTER TABLE `customer` ADD `attributes` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `customer` ADD `account_manager` text;--> statement-breakpoint
ALTER TABLE `customer` ADD `case_owner` text;