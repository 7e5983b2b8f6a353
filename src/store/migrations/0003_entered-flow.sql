ALTER TABLE `call` ADD `entered_flow` text;--> statement-breakpoint
ALTER TABLE `call` ADD `entered_version` text;