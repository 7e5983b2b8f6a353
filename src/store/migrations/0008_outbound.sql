CREATE TABLE `attempt_count` (
	`campaign` text NOT NULL,
	`list` text NOT NULL,
	`hour` integer NOT NULL,
	`mode` text NOT NULL,
	`outcome` text NOT NULL,
	`result` text NOT NULL,
	`attempts` integer NOT NULL,
	`ring_ms` integer NOT NULL,
	`talk_ms` integer NOT NULL,
	PRIMARY KEY(`campaign`, `hour`, `list`, `mode`, `outcome`, `result`)
);
--> statement-breakpoint
CREATE TABLE `attempt` (
	`id` text PRIMARY KEY NOT NULL,
	`campaign` text NOT NULL,
	`list` text NOT NULL,
	`lead` text NOT NULL,
	`person` text NOT NULL,
	`number` text NOT NULL,
	`mode` text NOT NULL,
	`earlier` integer NOT NULL,
	`at` integer NOT NULL,
	`ringing_at` integer,
	`answered_at` integer,
	`connected_at` integer,
	`ended_at` integer,
	`outcome` text,
	`sip_code` integer,
	`q850` integer,
	`detected` text,
	`agent` text,
	`result` text,
	`note` text,
	`callback_at` integer,
	`callback_agent` text,
	`noted_by` text,
	`noted_at` integer,
	`fate` text,
	`settled_seq` integer
);
--> statement-breakpoint
CREATE INDEX `attempt_person` ON `attempt` (`person`,`at`);--> statement-breakpoint
CREATE INDEX `attempt_number` ON `attempt` (`number`,`at`);--> statement-breakpoint
CREATE INDEX `attempt_campaign` ON `attempt` (`campaign`,`at`,`id`);--> statement-breakpoint
CREATE INDEX `attempt_lead` ON `attempt` (`lead`,`at`);--> statement-breakpoint
CREATE INDEX `attempt_at` ON `attempt` (`at`);--> statement-breakpoint
CREATE INDEX `attempt_open` ON `attempt` (`at`,`id`) WHERE "ended_at" is null;--> statement-breakpoint
CREATE INDEX `attempt_live_answer` ON `attempt` (`campaign`,`answered_at`,`outcome`) WHERE "outcome" in ('connected', 'abandoned', 'hung-up') and "mode" <> 'preview';--> statement-breakpoint
CREATE UNIQUE INDEX `attempt_settled` ON `attempt` (`settled_seq`) WHERE "settled_seq" is not null;--> statement-breakpoint
CREATE TABLE `outbound_campaign` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`status` text NOT NULL,
	`queue` text NOT NULL,
	`flow` text NOT NULL,
	`caller_number` text NOT NULL,
	`policy` text NOT NULL,
	`valid_from` integer NOT NULL,
	`valid_until` integer NOT NULL,
	`pacing` text NOT NULL,
	`ring_ms` integer NOT NULL,
	`retry` text NOT NULL,
	`weight` integer NOT NULL,
	`script` text NOT NULL
);
