CREATE TABLE `agent` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`home_extension` text NOT NULL,
	`skills` text NOT NULL,
	`state` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `phone` (
	`extension` text PRIMARY KEY NOT NULL,
	`password` text NOT NULL,
	`name` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `call` (
	`id` text PRIMARY KEY NOT NULL,
	`channel` text NOT NULL,
	`source` text NOT NULL,
	`ani` text NOT NULL,
	`ani_name` text NOT NULL,
	`dnis` text NOT NULL,
	`customer_id` text,
	`tier` text,
	`language` text NOT NULL,
	`flow` text,
	`flow_version` text,
	`step` text,
	`campaign_id` text,
	`queue` text,
	`agent_id` text,
	`started_at` integer NOT NULL,
	`connected_at` integer,
	`ended_at` integer,
	`ended_by` text,
	`end_cause` text,
	`waited_ms` integer NOT NULL,
	`talked_ms` integer NOT NULL,
	`state` text
);
--> statement-breakpoint
CREATE INDEX `call_live` ON `call` (`id`) WHERE "state" is not null;--> statement-breakpoint
CREATE INDEX `call_started` ON `call` (`started_at`);--> statement-breakpoint
CREATE INDEX `call_ended` ON `call` (`ended_at`) WHERE "ended_at" is not null;--> statement-breakpoint
CREATE INDEX `call_ani` ON `call` (`ani`,`started_at`);--> statement-breakpoint
CREATE INDEX `call_customer` ON `call` (`customer_id`,`started_at`) WHERE "customer_id" is not null;--> statement-breakpoint
CREATE INDEX `call_campaign` ON `call` (`campaign_id`,`started_at`) WHERE "campaign_id" is not null;--> statement-breakpoint
CREATE INDEX `call_agent` ON `call` (`agent_id`,`started_at`) WHERE "agent_id" is not null;--> statement-breakpoint
CREATE INDEX `call_queue` ON `call` (`queue`,`started_at`) WHERE "queue" is not null;--> statement-breakpoint
CREATE TABLE `leg` (
	`id` text PRIMARY KEY NOT NULL,
	`call_id` text NOT NULL,
	`position` integer NOT NULL,
	`to_kind` text NOT NULL,
	`to_number` text NOT NULL,
	`agent_id` text,
	`planned_at` integer NOT NULL,
	`ringing_at` integer,
	`answered_at` integer,
	`ended_at` integer,
	`cause` text,
	`sip_code` integer,
	`outcome` text,
	FOREIGN KEY (`call_id`) REFERENCES `call`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `leg_call` ON `leg` (`call_id`,`position`);--> statement-breakpoint
CREATE TABLE `voicemail` (
	`id` text PRIMARY KEY NOT NULL,
	`call_id` text NOT NULL,
	`box` text NOT NULL,
	`ani` text NOT NULL,
	`file` text NOT NULL,
	`duration_ms` integer NOT NULL,
	`at` integer NOT NULL,
	`heard_by` text
);
--> statement-breakpoint
CREATE INDEX `voicemail_box` ON `voicemail` (`box`,`at`);--> statement-breakpoint
CREATE INDEX `voicemail_at` ON `voicemail` (`at`);--> statement-breakpoint
CREATE TABLE `campaign` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`code` text NOT NULL,
	`check_digit` integer NOT NULL,
	`valid_from` integer NOT NULL,
	`valid_until` integer NOT NULL,
	`reception` text NOT NULL,
	`reception_ring_ms` integer NOT NULL,
	`fallback` text NOT NULL,
	`material` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `campaign_code` ON `campaign` (`code`);--> statement-breakpoint
CREATE TABLE `feedback` (
	`id` text PRIMARY KEY NOT NULL,
	`campaign_id` text NOT NULL,
	`customer_id` text,
	`call_id` text,
	`ani` text NOT NULL,
	`interest` text NOT NULL,
	`note` text NOT NULL,
	`by` text NOT NULL,
	`at` integer NOT NULL,
	FOREIGN KEY (`campaign_id`) REFERENCES `campaign`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `feedback_campaign` ON `feedback` (`campaign_id`,`at`);--> statement-breakpoint
CREATE INDEX `feedback_customer` ON `feedback` (`customer_id`,`at`);--> statement-breakpoint
CREATE INDEX `feedback_ani` ON `feedback` (`ani`,`at`);--> statement-breakpoint
CREATE TABLE `customer_number` (
	`number` text PRIMARY KEY NOT NULL,
	`customer_id` text NOT NULL,
	`position` integer NOT NULL,
	FOREIGN KEY (`customer_id`) REFERENCES `customer`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `customer_number_customer` ON `customer_number` (`customer_id`,`position`);--> statement-breakpoint
CREATE TABLE `customer` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`tier` text NOT NULL,
	`language` text NOT NULL,
	`note` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `customer_name` ON `customer` (`name`);--> statement-breakpoint
CREATE TABLE `event` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`type` text NOT NULL,
	`version` integer NOT NULL,
	`at` integer NOT NULL,
	`call` text,
	`agent` text,
	`data` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `event_call` ON `event` (`call`);--> statement-breakpoint
CREATE TABLE `api_token` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`agent_id` text,
	`hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_token_hash` ON `api_token` (`hash`);--> statement-breakpoint
CREATE TABLE `queue` (
	`name` text PRIMARY KEY NOT NULL,
	`needs` text NOT NULL,
	`ring_ms` integer NOT NULL,
	`wrap_up_ms` integer NOT NULL,
	`max_wait_ms` integer NOT NULL,
	`music` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `mark` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
