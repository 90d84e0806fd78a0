CREATE TABLE access_entries (
	id BLOB NOT NULL, 
	resource_id BLOB NOT NULL, 
	position BIGINT NOT NULL, 
	allow BOOLEAN NOT NULL, 
	principal VARCHAR NOT NULL, 
	principal_id BLOB, 
	permissions VARCHAR NOT NULL, 
	CONSTRAINT pk_access_entries PRIMARY KEY (id), 
	CONSTRAINT fk_access_entries_resource_id FOREIGN KEY(resource_id) REFERENCES resources (id), 
	CONSTRAINT uq_access_entries_resource_id_position UNIQUE (resource_id, position)
);
CREATE TABLE access_log (
	workspace_id BLOB NOT NULL, 
	version BIGINT NOT NULL, 
	resource_id BLOB NOT NULL, 
	users VARCHAR NOT NULL, 
	ts BIGINT NOT NULL, 
	CONSTRAINT pk_access_log PRIMARY KEY (workspace_id, version), 
	CONSTRAINT fk_access_log_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE appeals (
	id BLOB NOT NULL, 
	workspace_id BLOB NOT NULL, 
	resource_id BLOB NOT NULL, 
	user_id BLOB NOT NULL, 
	sanction_id BLOB, 
	held_id BLOB, 
	text VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	created_at BIGINT NOT NULL, 
	decided_at BIGINT, 
	decided_by BLOB, 
	reason VARCHAR, 
	CONSTRAINT pk_appeals PRIMARY KEY (id), 
	CONSTRAINT fk_appeals_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id), 
	CONSTRAINT fk_appeals_resource_id FOREIGN KEY(resource_id) REFERENCES resources (id), 
	CONSTRAINT fk_appeals_user_id FOREIGN KEY(user_id) REFERENCES users (id), 
	CONSTRAINT fk_appeals_sanction_id FOREIGN KEY(sanction_id) REFERENCES sanctions (id), 
	CONSTRAINT fk_appeals_held_id FOREIGN KEY(held_id) REFERENCES held_messages (id), 
	CONSTRAINT fk_appeals_decided_by FOREIGN KEY(decided_by) REFERENCES users (id), 
	CONSTRAINT uq_appeals_sanction_id UNIQUE (sanction_id), 
	CONSTRAINT uq_appeals_held_id UNIQUE (held_id)
);
CREATE TABLE application_sessions (
	session_id BLOB NOT NULL, 
	application_id BLOB NOT NULL, 
	CONSTRAINT pk_application_sessions PRIMARY KEY (session_id), 
	CONSTRAINT fk_application_sessions_application_id FOREIGN KEY(application_id) REFERENCES applications (id), 
	CONSTRAINT fk_application_sessions_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE
);
CREATE TABLE application_users (
	application_id BLOB NOT NULL, 
	subject VARCHAR NOT NULL, 
	user_id BLOB NOT NULL, 
	CONSTRAINT pk_application_users PRIMARY KEY (application_id, subject), 
	CONSTRAINT fk_application_users_application_id FOREIGN KEY(application_id) REFERENCES applications (id), 
	CONSTRAINT fk_application_users_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE applications (
	id BLOB NOT NULL, 
	workspace_id BLOB NOT NULL, 
	name VARCHAR NOT NULL, 
	issuer VARCHAR NOT NULL, 
	algorithm VARCHAR NOT NULL, 
	secret BLOB, 
	keys VARCHAR, 
	keys_url VARCHAR, 
	roles VARCHAR NOT NULL, 
	rooms VARCHAR NOT NULL, 
	longest_seconds BIGINT NOT NULL, 
	made_by BLOB NOT NULL, 
	created_at BIGINT NOT NULL, 
	disabled_at BIGINT, highest_role VARCHAR DEFAULT 'owner' NOT NULL, 
	CONSTRAINT pk_applications PRIMARY KEY (id), 
	CONSTRAINT fk_applications_made_by FOREIGN KEY(made_by) REFERENCES users (id), 
	CONSTRAINT fk_applications_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id), 
	CONSTRAINT uq_applications_issuer UNIQUE (issuer)
);
CREATE TABLE audit_log (
	id BLOB NOT NULL, 
	ts BIGINT NOT NULL, 
	kind VARCHAR NOT NULL, 
	actor BLOB, 
	address VARCHAR NOT NULL, 
	scope BLOB, 
	place BLOB, 
	subject BLOB, 
	"before" VARCHAR, 
	"after" VARCHAR, 
	reason VARCHAR NOT NULL, 
	CONSTRAINT pk_audit_log PRIMARY KEY (id)
);
CREATE TABLE authenticator_apps (
	user_id BLOB NOT NULL, 
	secret BLOB NOT NULL, 
	last_step BIGINT NOT NULL, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT pk_authenticator_apps PRIMARY KEY (user_id), 
	CONSTRAINT fk_authenticator_apps_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE blogs (
	room_id BLOB NOT NULL, 
	slug VARCHAR NOT NULL, 
	CONSTRAINT pk_blogs PRIMARY KEY (room_id), 
	CONSTRAINT fk_blogs_room_id FOREIGN KEY(room_id) REFERENCES rooms (id), 
	CONSTRAINT uq_blogs_slug UNIQUE (slug)
);
CREATE TABLE bots (
	user_id BLOB NOT NULL, 
	workspace_id BLOB NOT NULL, 
	owner_id BLOB NOT NULL, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT pk_bots PRIMARY KEY (user_id), 
	CONSTRAINT fk_bots_owner_id FOREIGN KEY(owner_id) REFERENCES users (id), 
	CONSTRAINT fk_bots_user_id FOREIGN KEY(user_id) REFERENCES users (id), 
	CONSTRAINT fk_bots_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id)
);
CREATE TABLE categories (
	id BLOB NOT NULL, 
	workspace_id BLOB NOT NULL, 
	name VARCHAR NOT NULL, 
	position BIGINT NOT NULL, 
	CONSTRAINT pk_categories PRIMARY KEY (id), 
	CONSTRAINT fk_categories_id FOREIGN KEY(id) REFERENCES resources (id), 
	CONSTRAINT fk_categories_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id)
);
CREATE TABLE chosen_limits (
	name VARCHAR NOT NULL, 
	"limit" BIGINT NOT NULL, 
	period_seconds BIGINT NOT NULL, 
	burst BIGINT, 
	changed_at BIGINT NOT NULL, 
	CONSTRAINT pk_chosen_limits PRIMARY KEY (name)
);
CREATE TABLE commands (
	id BLOB NOT NULL, 
	workspace_id BLOB NOT NULL, 
	bot_id BLOB NOT NULL, 
	name VARCHAR NOT NULL, 
	description VARCHAR NOT NULL, 
	usage VARCHAR NOT NULL, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT pk_commands PRIMARY KEY (id), 
	CONSTRAINT fk_commands_bot_id FOREIGN KEY(bot_id) REFERENCES users (id), 
	CONSTRAINT fk_commands_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id), 
	CONSTRAINT uq_commands_workspace_id_name UNIQUE (workspace_id, name)
);
CREATE TABLE cron_slots (
	kind VARCHAR NOT NULL, 
	slot BIGINT NOT NULL, 
	CONSTRAINT pk_cron_slots PRIMARY KEY (kind)
);
CREATE TABLE digest_items (
	notification_id BLOB NOT NULL, 
	user_id BLOB NOT NULL, 
	job BLOB, 
	taken_at BIGINT, 
	CONSTRAINT pk_digest_items PRIMARY KEY (notification_id), 
	CONSTRAINT fk_digest_items_notification_id FOREIGN KEY(notification_id) REFERENCES notifications (id) ON DELETE CASCADE, 
	CONSTRAINT fk_digest_items_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE drafts (
	user_id BLOB NOT NULL, 
	place_id BLOB NOT NULL, 
	room_id BLOB NOT NULL, 
	text VARCHAR NOT NULL, 
	version BIGINT NOT NULL, carrier BLOB, 
	CONSTRAINT pk_drafts PRIMARY KEY (user_id, place_id), 
	CONSTRAINT fk_drafts_room_id FOREIGN KEY(room_id) REFERENCES rooms (id), 
	CONSTRAINT fk_drafts_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE emoji (
	id BLOB NOT NULL, 
	workspace_id BLOB NOT NULL, 
	name VARCHAR NOT NULL, 
	alias_of BLOB, 
	picture BLOB, 
	animated BOOLEAN NOT NULL, 
	user_id BLOB NOT NULL, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT pk_emoji PRIMARY KEY (id), 
	CONSTRAINT fk_emoji_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id), 
	CONSTRAINT fk_emoji_alias_of FOREIGN KEY(alias_of) REFERENCES emoji (id), 
	CONSTRAINT fk_emoji_user_id FOREIGN KEY(user_id) REFERENCES users (id), 
	CONSTRAINT uq_emoji_workspace_id_name UNIQUE (workspace_id, name)
);
CREATE TABLE events (
	log BLOB NOT NULL, 
	seq BIGINT NOT NULL, 
	id BLOB NOT NULL, 
	type VARCHAR NOT NULL, 
	subject BLOB, 
	sender BLOB, 
	cid BLOB, 
	digest BLOB, 
	ts BIGINT NOT NULL, 
	count BIGINT NOT NULL, 
	fence BIGINT NOT NULL, 
	body VARCHAR NOT NULL, 
	CONSTRAINT pk_events PRIMARY KEY (log, seq), 
	CONSTRAINT ck_events_seq_positive CHECK (seq > 0), 
	CONSTRAINT uq_events_cid_sender UNIQUE (cid, sender)
)
 WITHOUT ROWID

;
CREATE TABLE export_pieces (
	export_id BLOB NOT NULL, 
	number BIGINT NOT NULL, 
	data BLOB NOT NULL, 
	CONSTRAINT pk_export_pieces PRIMARY KEY (export_id, number), 
	CONSTRAINT fk_export_pieces_export_id FOREIGN KEY(export_id) REFERENCES exports (id) ON DELETE CASCADE
);
CREATE TABLE exports (
	id BLOB NOT NULL, 
	user_id BLOB NOT NULL, 
	requested_by BLOB NOT NULL, 
	job_id BLOB NOT NULL, 
	lease BLOB, 
	size BIGINT NOT NULL, 
	created_at BIGINT NOT NULL, 
	ready_at BIGINT, 
	expires_at BIGINT, 
	link_hash BLOB, 
	link_session BLOB, 
	link_until BIGINT, 
	CONSTRAINT pk_exports PRIMARY KEY (id), 
	CONSTRAINT fk_exports_user_id FOREIGN KEY(user_id) REFERENCES users (id), 
	CONSTRAINT fk_exports_requested_by FOREIGN KEY(requested_by) REFERENCES users (id), 
	CONSTRAINT uq_exports_user_id_requested_by UNIQUE (user_id, requested_by)
);
CREATE TABLE file_texts (
	file_id BLOB NOT NULL, 
	characters BIGINT NOT NULL, 
	text VARCHAR NOT NULL, 
	CONSTRAINT pk_file_texts PRIMARY KEY (file_id)
);
CREATE TABLE files (
	id BLOB NOT NULL, 
	workspace_id BLOB NOT NULL, 
	room_id BLOB NOT NULL, 
	owner_id BLOB NOT NULL, 
	message_id BLOB, 
	state VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	type VARCHAR NOT NULL, 
	size BIGINT NOT NULL, 
	sha256 BLOB, 
	width BIGINT, 
	height BIGINT, 
	blur VARCHAR, 
	content VARCHAR DEFAULT 'original' NOT NULL, 
	picture VARCHAR, 
	created_at BIGINT NOT NULL, 
	changed_at BIGINT NOT NULL, duration BIGINT, waveform VARCHAR, kept BIGINT, scan VARCHAR, reading VARCHAR, 
	CONSTRAINT pk_files PRIMARY KEY (id), 
	CONSTRAINT fk_files_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id), 
	CONSTRAINT fk_files_room_id FOREIGN KEY(room_id) REFERENCES rooms (id), 
	CONSTRAINT fk_files_owner_id FOREIGN KEY(owner_id) REFERENCES users (id)
);
CREATE TABLE group_rooms (
	rule_id BLOB NOT NULL, 
	room_id BLOB NOT NULL, 
	CONSTRAINT pk_group_rooms PRIMARY KEY (rule_id, room_id), 
	CONSTRAINT fk_group_rooms_rule_id FOREIGN KEY(rule_id) REFERENCES group_rules (id) ON DELETE CASCADE, 
	CONSTRAINT fk_group_rooms_room_id FOREIGN KEY(room_id) REFERENCES rooms (id)
);
CREATE TABLE group_rules (
	id BLOB NOT NULL, 
	workspace_id BLOB NOT NULL, 
	provider VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	role_id BLOB, 
	created_by BLOB NOT NULL, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT pk_group_rules PRIMARY KEY (id), 
	CONSTRAINT fk_group_rules_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id), 
	CONSTRAINT fk_group_rules_role_id FOREIGN KEY(role_id) REFERENCES roles (id), 
	CONSTRAINT fk_group_rules_created_by FOREIGN KEY(created_by) REFERENCES users (id), 
	CONSTRAINT uq_group_rules_workspace_id_provider_name UNIQUE (workspace_id, provider, name)
);
CREATE TABLE held_messages (
	id BLOB NOT NULL, 
	room_id BLOB NOT NULL, 
	sender_id BLOB NOT NULL, 
	cid BLOB, 
	digest BLOB, 
	thread_id BLOB, 
	text VARCHAR NOT NULL, 
	why VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	created_at BIGINT NOT NULL, 
	decided_at BIGINT, 
	decided_by BLOB, 
	reason VARCHAR, 
	message_id BLOB, quote_id BLOB, poll VARCHAR, edits_id BLOB, 
	CONSTRAINT pk_held_messages PRIMARY KEY (id), 
	CONSTRAINT fk_held_messages_room_id FOREIGN KEY(room_id) REFERENCES rooms (id), 
	CONSTRAINT fk_held_messages_sender_id FOREIGN KEY(sender_id) REFERENCES users (id), 
	CONSTRAINT fk_held_messages_thread_id FOREIGN KEY(thread_id) REFERENCES messages (id), 
	CONSTRAINT fk_held_messages_decided_by FOREIGN KEY(decided_by) REFERENCES users (id), 
	CONSTRAINT fk_held_messages_message_id FOREIGN KEY(message_id) REFERENCES messages (id), 
	CONSTRAINT uq_held_messages_cid_sender_id UNIQUE (cid, sender_id)
);
CREATE TABLE identities (
	id BLOB NOT NULL, 
	user_id BLOB NOT NULL, 
	provider VARCHAR NOT NULL, 
	issuer VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	label VARCHAR NOT NULL, 
	created_at BIGINT NOT NULL, 
	last_used_at BIGINT NOT NULL, 
	CONSTRAINT pk_identities PRIMARY KEY (id), 
	CONSTRAINT fk_identities_user_id FOREIGN KEY(user_id) REFERENCES users (id), 
	CONSTRAINT uq_identities_issuer_subject UNIQUE (issuer, subject)
);
CREATE TABLE identity_sessions (
	session_id BLOB NOT NULL, 
	identity_id BLOB NOT NULL, 
	sid VARCHAR, 
	CONSTRAINT pk_identity_sessions PRIMARY KEY (session_id), 
	CONSTRAINT fk_identity_sessions_identity_id FOREIGN KEY(identity_id) REFERENCES identities (id) ON DELETE CASCADE, 
	CONSTRAINT fk_identity_sessions_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE
);
CREATE TABLE incarnation (
	id BIGINT NOT NULL, 
	name BLOB NOT NULL, 
	key_mark VARCHAR NOT NULL, 
	CONSTRAINT pk_incarnation PRIMARY KEY (id), 
	CONSTRAINT ck_incarnation_only_one CHECK (id = 1)
);
CREATE TABLE installation (
	id BIGINT NOT NULL, 
	workspace_id BLOB NOT NULL, 
	set_up_at BIGINT NOT NULL, 
	CONSTRAINT pk_installation PRIMARY KEY (id), 
	CONSTRAINT ck_installation_only_one CHECK (id = 1), 
	CONSTRAINT fk_installation_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id)
);
CREATE TABLE invitations (
	id BLOB NOT NULL, 
	token_hash BLOB NOT NULL, 
	workspace_id BLOB NOT NULL, 
	role VARCHAR NOT NULL, 
	uses BIGINT NOT NULL, 
	max_uses BIGINT NOT NULL, 
	created_by BLOB NOT NULL, 
	created_at BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	revoked_at BIGINT, email VARCHAR, 
	CONSTRAINT pk_invitations PRIMARY KEY (id), 
	CONSTRAINT ck_invitations_uses CHECK (uses <= max_uses), 
	CONSTRAINT fk_invitations_created_by FOREIGN KEY(created_by) REFERENCES users (id), 
	CONSTRAINT fk_invitations_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id), 
	CONSTRAINT uq_invitations_token_hash UNIQUE (token_hash)
);
CREATE TABLE invocations (
	id BLOB NOT NULL, 
	workspace_id BLOB NOT NULL, 
	room_id BLOB NOT NULL, 
	thread_id BLOB, 
	bot_id BLOB NOT NULL, 
	user_id BLOB NOT NULL, 
	cid BLOB NOT NULL, 
	command VARCHAR NOT NULL, 
	args VARCHAR NOT NULL, 
	created_at BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	done_at BIGINT, 
	answer VARCHAR, 
	CONSTRAINT pk_invocations PRIMARY KEY (id), 
	CONSTRAINT fk_invocations_bot_id FOREIGN KEY(bot_id) REFERENCES users (id), 
	CONSTRAINT fk_invocations_room_id FOREIGN KEY(room_id) REFERENCES rooms (id), 
	CONSTRAINT fk_invocations_thread_id FOREIGN KEY(thread_id) REFERENCES messages (id), 
	CONSTRAINT fk_invocations_user_id FOREIGN KEY(user_id) REFERENCES users (id), 
	CONSTRAINT fk_invocations_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id), 
	CONSTRAINT uq_invocations_user_id_cid UNIQUE (user_id, cid)
);
CREATE TABLE jobs (
	id BLOB NOT NULL, 
	kind VARCHAR NOT NULL, 
	payload VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	due_at BIGINT NOT NULL, 
	lease BLOB, 
	attempts BIGINT NOT NULL, 
	max_attempts BIGINT NOT NULL, 
	dedupe VARCHAR, 
	created_at BIGINT NOT NULL, 
	last_error VARCHAR, progress_done BIGINT, progress_total BIGINT, progress_note VARCHAR, 
	CONSTRAINT pk_jobs PRIMARY KEY (id)
);
CREATE TABLE leases (
	name VARCHAR NOT NULL, 
	holder BLOB NOT NULL, 
	ends_at BIGINT NOT NULL, 
	CONSTRAINT pk_leases PRIMARY KEY (name)
);
CREATE TABLE letter_choices (
	user_id BLOB NOT NULL, 
	messages BOOLEAN DEFAULT 1 NOT NULL, 
	wait_minutes BIGINT, 
	moderation BOOLEAN DEFAULT 0 NOT NULL, 
	queues_told BLOB, 
	CONSTRAINT pk_letter_choices PRIMARY KEY (user_id), 
	CONSTRAINT fk_letter_choices_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE logs (
	id BLOB NOT NULL, 
	epoch BLOB NOT NULL, 
	head BIGINT NOT NULL, 
	count BIGINT NOT NULL, 
	last_ts BIGINT NOT NULL, 
	CONSTRAINT pk_logs PRIMARY KEY (id)
);
CREATE TABLE made_tokens (
	session_id BLOB NOT NULL, 
	name VARCHAR NOT NULL, 
	scopes VARCHAR NOT NULL, 
	places VARCHAR, 
	made_by BLOB NOT NULL, 
	CONSTRAINT pk_made_tokens PRIMARY KEY (session_id), 
	CONSTRAINT fk_made_tokens_made_by FOREIGN KEY(made_by) REFERENCES users (id), 
	CONSTRAINT fk_made_tokens_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE
);
CREATE TABLE mailed_links (
	id BLOB NOT NULL, 
	token_hash BLOB, 
	purpose VARCHAR NOT NULL, 
	user_id BLOB NOT NULL, 
	address VARCHAR, 
	created_at BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_mailed_links PRIMARY KEY (id), 
	CONSTRAINT fk_mailed_links_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, 
	CONSTRAINT uq_mailed_links_token_hash UNIQUE (token_hash)
);
CREATE TABLE memberships (
	resource_id BLOB NOT NULL, 
	user_id BLOB NOT NULL, 
	role_id BLOB, 
	joined_at BIGINT NOT NULL, by_group BOOLEAN DEFAULT 0 NOT NULL, own_role_id BLOB, 
	CONSTRAINT pk_memberships PRIMARY KEY (resource_id, user_id), 
	CONSTRAINT fk_memberships_resource_id FOREIGN KEY(resource_id) REFERENCES resources (id), 
	CONSTRAINT fk_memberships_role_id FOREIGN KEY(role_id) REFERENCES roles (id), 
	CONSTRAINT fk_memberships_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE mentions (
	target BLOB NOT NULL, 
	room_id BLOB NOT NULL, 
	seq BIGINT NOT NULL, 
	message_id BLOB NOT NULL, 
	sender_id BLOB NOT NULL, 
	CONSTRAINT pk_mentions PRIMARY KEY (target, room_id, seq), 
	CONSTRAINT fk_mentions_room_id FOREIGN KEY(room_id) REFERENCES rooms (id), 
	CONSTRAINT fk_mentions_message_id FOREIGN KEY(message_id) REFERENCES messages (id), 
	CONSTRAINT fk_mentions_sender_id FOREIGN KEY(sender_id) REFERENCES users (id)
);
CREATE TABLE messages (
	id BLOB NOT NULL, 
	room_id BLOB NOT NULL, 
	seq BIGINT NOT NULL, 
	sender_id BLOB NOT NULL, 
	thread_id BLOB, 
	text VARCHAR NOT NULL, 
	ts BIGINT NOT NULL, 
	edited_at BIGINT, 
	deleted_at BIGINT, 
	reply_count BIGINT NOT NULL, 
	last_reply_at BIGINT, attachments VARCHAR, reactions VARCHAR, pinned_at BIGINT, answers VARCHAR, mentions VARCHAR, previews VARCHAR, quote VARCHAR, post VARCHAR, poll VARCHAR, 
	CONSTRAINT pk_messages PRIMARY KEY (id), 
	CONSTRAINT fk_messages_room_id FOREIGN KEY(room_id) REFERENCES rooms (id), 
	CONSTRAINT fk_messages_sender_id FOREIGN KEY(sender_id) REFERENCES users (id), 
	CONSTRAINT fk_messages_thread_id FOREIGN KEY(thread_id) REFERENCES messages (id)
);
CREATE TABLE notification_choices (
	user_id BLOB NOT NULL, 
	replies BOOLEAN DEFAULT 1 NOT NULL, 
	reactions VARCHAR DEFAULT 'here' NOT NULL, 
	CONSTRAINT pk_notification_choices PRIMARY KEY (user_id), 
	CONSTRAINT fk_notification_choices_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE notification_levels (
	user_id BLOB NOT NULL, 
	resource_id BLOB NOT NULL, 
	workspace_id BLOB NOT NULL, 
	level VARCHAR, 
	muted BOOLEAN DEFAULT 0 NOT NULL, 
	keywords VARCHAR DEFAULT '' NOT NULL, 
	CONSTRAINT pk_notification_levels PRIMARY KEY (user_id, resource_id), 
	CONSTRAINT fk_notification_levels_user_id FOREIGN KEY(user_id) REFERENCES users (id), 
	CONSTRAINT fk_notification_levels_resource_id FOREIGN KEY(resource_id) REFERENCES resources (id), 
	CONSTRAINT fk_notification_levels_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id)
);
CREATE TABLE notifications (
	id BLOB NOT NULL, 
	user_id BLOB NOT NULL, 
	workspace_id BLOB NOT NULL, 
	room_id BLOB NOT NULL, 
	message_id BLOB NOT NULL, 
	thread_id BLOB, 
	seq BIGINT NOT NULL, 
	kind VARCHAR NOT NULL, 
	created_at BIGINT NOT NULL, 
	read_at BIGINT, 
	CONSTRAINT pk_notifications PRIMARY KEY (id), 
	CONSTRAINT fk_notifications_user_id FOREIGN KEY(user_id) REFERENCES users (id), 
	CONSTRAINT fk_notifications_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id), 
	CONSTRAINT fk_notifications_room_id FOREIGN KEY(room_id) REFERENCES rooms (id), 
	CONSTRAINT fk_notifications_message_id FOREIGN KEY(message_id) REFERENCES messages (id), 
	CONSTRAINT uq_notifications_user_id_message_id UNIQUE (user_id, message_id)
);
CREATE TABLE outside_writes (
	id BIGINT NOT NULL, 
	count BIGINT NOT NULL, 
	CONSTRAINT pk_outside_writes PRIMARY KEY (id), 
	CONSTRAINT ck_outside_writes_only_one CHECK (id = 1)
);
CREATE TABLE passkeys (
	id BLOB NOT NULL, 
	user_id BLOB NOT NULL, 
	credential_id BLOB NOT NULL, 
	public_key BLOB NOT NULL, 
	sign_count BIGINT NOT NULL, 
	transports VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	created_at BIGINT NOT NULL, 
	last_used_at BIGINT, 
	CONSTRAINT pk_passkeys PRIMARY KEY (id), 
	CONSTRAINT fk_passkeys_user_id FOREIGN KEY(user_id) REFERENCES users (id), 
	CONSTRAINT uq_passkeys_credential_id UNIQUE (credential_id)
);
CREATE TABLE pins (
	message_id BLOB NOT NULL, 
	room_id BLOB NOT NULL, 
	user_id BLOB NOT NULL, 
	seq BIGINT NOT NULL, 
	ts BIGINT NOT NULL, 
	CONSTRAINT pk_pins PRIMARY KEY (message_id), 
	CONSTRAINT fk_pins_message_id FOREIGN KEY(message_id) REFERENCES messages (id), 
	CONSTRAINT fk_pins_room_id FOREIGN KEY(room_id) REFERENCES rooms (id), 
	CONSTRAINT fk_pins_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE poll_keys (
	message_id BLOB NOT NULL, 
	"key" BLOB NOT NULL, 
	CONSTRAINT pk_poll_keys PRIMARY KEY (message_id), 
	CONSTRAINT fk_poll_keys_message_id FOREIGN KEY(message_id) REFERENCES messages (id)
);
CREATE TABLE poll_votes (
	message_id BLOB NOT NULL, 
	option BIGINT NOT NULL, 
	voter BLOB NOT NULL, 
	user_id BLOB, 
	CONSTRAINT pk_poll_votes PRIMARY KEY (message_id, option, voter), 
	CONSTRAINT fk_poll_votes_message_id FOREIGN KEY(message_id) REFERENCES messages (id), 
	CONSTRAINT fk_poll_votes_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE post_authors (
	post_id BLOB NOT NULL, 
	user_id BLOB NOT NULL, 
	place BIGINT NOT NULL, 
	CONSTRAINT pk_post_authors PRIMARY KEY (post_id, user_id), 
	CONSTRAINT fk_post_authors_post_id FOREIGN KEY(post_id) REFERENCES posts (id), 
	CONSTRAINT fk_post_authors_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE post_slugs (
	room_id BLOB NOT NULL, 
	slug VARCHAR NOT NULL, 
	post_id BLOB NOT NULL, 
	CONSTRAINT pk_post_slugs PRIMARY KEY (room_id, slug), 
	CONSTRAINT fk_post_slugs_room_id FOREIGN KEY(room_id) REFERENCES rooms (id), 
	CONSTRAINT fk_post_slugs_post_id FOREIGN KEY(post_id) REFERENCES posts (id)
);
CREATE TABLE post_tags (
	post_id BLOB NOT NULL, 
	tag VARCHAR NOT NULL, 
	CONSTRAINT pk_post_tags PRIMARY KEY (post_id, tag), 
	CONSTRAINT fk_post_tags_post_id FOREIGN KEY(post_id) REFERENCES posts (id)
);
CREATE TABLE post_versions (
	post_id BLOB NOT NULL, 
	number BIGINT NOT NULL, 
	user_id BLOB NOT NULL, 
	ts BIGINT NOT NULL, 
	title VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	CONSTRAINT pk_post_versions PRIMARY KEY (post_id, number), 
	CONSTRAINT fk_post_versions_post_id FOREIGN KEY(post_id) REFERENCES posts (id), 
	CONSTRAINT fk_post_versions_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE posts (
	id BLOB NOT NULL, 
	room_id BLOB NOT NULL, 
	author_id BLOB NOT NULL, 
	message_id BLOB, 
	state VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	slug VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	excerpt VARCHAR NOT NULL, 
	tags VARCHAR NOT NULL, 
	cover_id BLOB, 
	created_at BIGINT NOT NULL, 
	updated_at BIGINT NOT NULL, 
	published_at BIGINT, publish_at BIGINT, publish_by BLOB, refusal VARCHAR, 
	CONSTRAINT pk_posts PRIMARY KEY (id), 
	CONSTRAINT fk_posts_room_id FOREIGN KEY(room_id) REFERENCES rooms (id), 
	CONSTRAINT fk_posts_author_id FOREIGN KEY(author_id) REFERENCES users (id), 
	CONSTRAINT uq_posts_message_id UNIQUE (message_id)
);
CREATE TABLE purges (
	id BLOB NOT NULL, 
	workspace_id BLOB NOT NULL, 
	resource_id BLOB NOT NULL, 
	user_id BLOB NOT NULL, 
	since BIGINT NOT NULL, 
	reason VARCHAR NOT NULL, 
	created_by BLOB NOT NULL, 
	created_at BIGINT NOT NULL, 
	state VARCHAR NOT NULL, 
	ended_at BIGINT, 
	deleted BIGINT NOT NULL, 
	rooms_done BIGINT NOT NULL, 
	rooms_total BIGINT NOT NULL, 
	room_id BLOB, 
	"before" BIGINT, 
	CONSTRAINT pk_purges PRIMARY KEY (id), 
	CONSTRAINT fk_purges_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id), 
	CONSTRAINT fk_purges_resource_id FOREIGN KEY(resource_id) REFERENCES resources (id), 
	CONSTRAINT fk_purges_user_id FOREIGN KEY(user_id) REFERENCES users (id), 
	CONSTRAINT fk_purges_created_by FOREIGN KEY(created_by) REFERENCES users (id)
);
CREATE TABLE push_keys (
	id BIGINT NOT NULL, 
	"key" BLOB NOT NULL, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT pk_push_keys PRIMARY KEY (id)
);
CREATE TABLE push_subscriptions (
	id BLOB NOT NULL, 
	session_id BLOB NOT NULL, 
	user_id BLOB NOT NULL, 
	endpoint_hash BLOB NOT NULL, 
	told_to BLOB NOT NULL, 
	text BOOLEAN NOT NULL, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT pk_push_subscriptions PRIMARY KEY (id), 
	CONSTRAINT fk_push_subscriptions_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE, 
	CONSTRAINT fk_push_subscriptions_user_id FOREIGN KEY(user_id) REFERENCES users (id), 
	CONSTRAINT uq_push_subscriptions_endpoint_hash UNIQUE (endpoint_hash), 
	CONSTRAINT uq_push_subscriptions_session_id UNIQUE (session_id)
);
CREATE TABLE quiet_times (
	user_id BLOB NOT NULL, 
	until BIGINT, 
	begins BIGINT, 
	ends BIGINT, 
	timezone VARCHAR DEFAULT 'UTC' NOT NULL, 
	CONSTRAINT pk_quiet_times PRIMARY KEY (user_id), 
	CONSTRAINT fk_quiet_times_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE quotes (
	message_id BLOB NOT NULL, 
	room_id BLOB NOT NULL, 
	quoted_id BLOB NOT NULL, 
	CONSTRAINT pk_quotes PRIMARY KEY (message_id), 
	CONSTRAINT fk_quotes_message_id FOREIGN KEY(message_id) REFERENCES messages (id), 
	CONSTRAINT fk_quotes_quoted_id FOREIGN KEY(quoted_id) REFERENCES messages (id), 
	CONSTRAINT fk_quotes_room_id FOREIGN KEY(room_id) REFERENCES rooms (id)
);
CREATE TABLE reactions (
	message_id BLOB NOT NULL, 
	emoji VARCHAR NOT NULL, 
	user_id BLOB NOT NULL, 
	seq BIGINT NOT NULL, 
	CONSTRAINT pk_reactions PRIMARY KEY (message_id, emoji, user_id), 
	CONSTRAINT fk_reactions_message_id FOREIGN KEY(message_id) REFERENCES messages (id), 
	CONSTRAINT fk_reactions_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE read_choices (
	user_id BLOB NOT NULL, 
	told BOOLEAN NOT NULL, 
	CONSTRAINT pk_read_choices PRIMARY KEY (user_id), 
	CONSTRAINT fk_read_choices_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE read_positions (
	user_id BLOB NOT NULL, 
	room_id BLOB NOT NULL, 
	seq BIGINT NOT NULL, 
	count BIGINT NOT NULL, marked_seq BIGINT, marked_count BIGINT, 
	CONSTRAINT pk_read_positions PRIMARY KEY (user_id, room_id), 
	CONSTRAINT fk_read_positions_room_id FOREIGN KEY(room_id) REFERENCES rooms (id), 
	CONSTRAINT fk_read_positions_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE recovery_codes (
	code_hash BLOB NOT NULL, 
	user_id BLOB NOT NULL, 
	used_at BIGINT, 
	CONSTRAINT pk_recovery_codes PRIMARY KEY (code_hash), 
	CONSTRAINT fk_recovery_codes_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE refresh_tokens (
	token_hash BLOB NOT NULL, 
	session_id BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	used_at BIGINT, 
	CONSTRAINT pk_refresh_tokens PRIMARY KEY (token_hash), 
	CONSTRAINT fk_refresh_tokens_session_id FOREIGN KEY(session_id) REFERENCES sessions (id)
);
CREATE TABLE removed_previews (
	message_id BLOB NOT NULL, 
	url VARCHAR NOT NULL, 
	CONSTRAINT pk_removed_previews PRIMARY KEY (message_id, url), 
	CONSTRAINT fk_removed_previews_message_id FOREIGN KEY(message_id) REFERENCES messages (id)
);
CREATE TABLE report_cases (
	id BLOB NOT NULL, 
	workspace_id BLOB NOT NULL, 
	room_id BLOB, 
	message_id BLOB, 
	user_id BLOB NOT NULL, 
	text VARCHAR, 
	outside BOOLEAN NOT NULL, 
	state VARCHAR NOT NULL, 
	count BIGINT NOT NULL, 
	opened_at BIGINT NOT NULL, 
	closed_at BIGINT, 
	closed_by BLOB, 
	outcome VARCHAR, 
	note VARCHAR, 
	CONSTRAINT pk_report_cases PRIMARY KEY (id), 
	CONSTRAINT fk_report_cases_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id), 
	CONSTRAINT fk_report_cases_room_id FOREIGN KEY(room_id) REFERENCES rooms (id), 
	CONSTRAINT fk_report_cases_message_id FOREIGN KEY(message_id) REFERENCES messages (id), 
	CONSTRAINT fk_report_cases_user_id FOREIGN KEY(user_id) REFERENCES users (id), 
	CONSTRAINT fk_report_cases_closed_by FOREIGN KEY(closed_by) REFERENCES users (id)
);
CREATE TABLE reports (
	id BLOB NOT NULL, 
	case_id BLOB NOT NULL, 
	message_id BLOB, 
	reporter_id BLOB NOT NULL, 
	reason VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	seen VARCHAR, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT pk_reports PRIMARY KEY (id), 
	CONSTRAINT fk_reports_case_id FOREIGN KEY(case_id) REFERENCES report_cases (id), 
	CONSTRAINT fk_reports_message_id FOREIGN KEY(message_id) REFERENCES messages (id), 
	CONSTRAINT fk_reports_reporter_id FOREIGN KEY(reporter_id) REFERENCES users (id), 
	CONSTRAINT uq_reports_case_id_reporter_id UNIQUE (case_id, reporter_id), 
	CONSTRAINT uq_reports_message_id_reporter_id UNIQUE (message_id, reporter_id)
);
CREATE TABLE resources (
	id BLOB NOT NULL, 
	workspace_id BLOB NOT NULL, 
	parent_id BLOB, 
	kind VARCHAR NOT NULL, 
	archived_at BIGINT, moderated BOOLEAN DEFAULT 0 NOT NULL, posts BOOLEAN DEFAULT 0 NOT NULL, attentive BOOLEAN, 
	CONSTRAINT pk_resources PRIMARY KEY (id), 
	CONSTRAINT fk_resources_parent_id FOREIGN KEY(parent_id) REFERENCES resources (id), 
	CONSTRAINT fk_resources_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id)
);
CREATE TABLE roles (
	id BLOB NOT NULL, 
	workspace_id BLOB NOT NULL, 
	name VARCHAR NOT NULL, 
	rank BIGINT NOT NULL, 
	built_in BOOLEAN NOT NULL, 
	CONSTRAINT pk_roles PRIMARY KEY (id), 
	CONSTRAINT fk_roles_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id), 
	CONSTRAINT uq_roles_workspace_id_name UNIQUE (workspace_id, name)
);
CREATE TABLE room_rules (
	room_id BLOB NOT NULL, 
	slow_seconds BIGINT NOT NULL, 
	hold_all BOOLEAN NOT NULL, 
	hold_roles VARCHAR NOT NULL, 
	hold_first BIGINT NOT NULL, 
	hold_words VARCHAR NOT NULL, 
	hold_links BOOLEAN NOT NULL, 
	CONSTRAINT pk_room_rules PRIMARY KEY (room_id), 
	CONSTRAINT fk_room_rules_room_id FOREIGN KEY(room_id) REFERENCES rooms (id)
);
CREATE TABLE room_senders (
	room_id BLOB NOT NULL, 
	user_id BLOB NOT NULL, 
	last_at BIGINT NOT NULL, 
	passed BIGINT NOT NULL, 
	CONSTRAINT pk_room_senders PRIMARY KEY (room_id, user_id), 
	CONSTRAINT fk_room_senders_room_id FOREIGN KEY(room_id) REFERENCES rooms (id), 
	CONSTRAINT fk_room_senders_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE rooms (
	id BLOB NOT NULL, 
	workspace_id BLOB NOT NULL, 
	category_id BLOB, 
	kind VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	unique_key VARCHAR, 
	topic VARCHAR NOT NULL, 
	"default" BOOLEAN NOT NULL, 
	created_by BLOB NOT NULL, 
	created_at BIGINT NOT NULL, retention_days BIGINT, retention_own BOOLEAN DEFAULT 0 NOT NULL, expired_seq BIGINT DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_rooms PRIMARY KEY (id), 
	CONSTRAINT fk_rooms_category_id FOREIGN KEY(category_id) REFERENCES categories (id), 
	CONSTRAINT fk_rooms_created_by FOREIGN KEY(created_by) REFERENCES users (id), 
	CONSTRAINT fk_rooms_id FOREIGN KEY(id) REFERENCES resources (id), 
	CONSTRAINT fk_rooms_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id), 
	CONSTRAINT uq_rooms_unique_key UNIQUE (unique_key)
);
CREATE TABLE sanctions (
	id BLOB NOT NULL, 
	workspace_id BLOB NOT NULL, 
	resource_id BLOB NOT NULL, 
	user_id BLOB NOT NULL, 
	kind VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	created_by BLOB NOT NULL, 
	created_at BIGINT NOT NULL, 
	until BIGINT, 
	ended_at BIGINT, 
	CONSTRAINT pk_sanctions PRIMARY KEY (id), 
	CONSTRAINT fk_sanctions_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id), 
	CONSTRAINT fk_sanctions_resource_id FOREIGN KEY(resource_id) REFERENCES resources (id), 
	CONSTRAINT fk_sanctions_user_id FOREIGN KEY(user_id) REFERENCES users (id), 
	CONSTRAINT fk_sanctions_created_by FOREIGN KEY(created_by) REFERENCES users (id)
);
CREATE TABLE saved_messages (
	id BLOB NOT NULL, 
	user_id BLOB NOT NULL, 
	message_id BLOB NOT NULL, 
	saved_at BIGINT NOT NULL, 
	CONSTRAINT pk_saved_messages PRIMARY KEY (id), 
	CONSTRAINT fk_saved_messages_message_id FOREIGN KEY(message_id) REFERENCES messages (id), 
	CONSTRAINT fk_saved_messages_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE scheduled_messages (
	id BLOB NOT NULL, 
	user_id BLOB NOT NULL, 
	room_id BLOB NOT NULL, 
	thread_id BLOB, 
	cid BLOB NOT NULL, 
	text VARCHAR NOT NULL, 
	due_at BIGINT NOT NULL, 
	state VARCHAR NOT NULL, 
	code VARCHAR, 
	reason VARCHAR, attachments VARCHAR, quote_id BLOB, poll VARCHAR, 
	CONSTRAINT pk_scheduled_messages PRIMARY KEY (id), 
	CONSTRAINT fk_scheduled_messages_room_id FOREIGN KEY(room_id) REFERENCES rooms (id), 
	CONSTRAINT fk_scheduled_messages_thread_id FOREIGN KEY(thread_id) REFERENCES messages (id), 
	CONSTRAINT fk_scheduled_messages_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE schema_floor (
	id BIGINT NOT NULL, 
	revision VARCHAR NOT NULL, 
	CONSTRAINT pk_schema_floor PRIMARY KEY (id), 
	CONSTRAINT ck_schema_floor_only_one CHECK (id = 1)
);
CREATE TABLE search_documents (
	place BIGINT NOT NULL, 
	message_id BLOB NOT NULL, 
	room_id BLOB NOT NULL, 
	tokens VARCHAR NOT NULL, 
	CONSTRAINT pk_search_documents PRIMARY KEY (place), 
	CONSTRAINT uq_search_documents_message_id UNIQUE (message_id)
);
CREATE TABLE search_positions (
	room_id BLOB NOT NULL, 
	seq BIGINT NOT NULL, 
	CONSTRAINT pk_search_positions PRIMARY KEY (room_id)
);
CREATE TABLE search_slices (
	number BIGINT NOT NULL, 
	first_place BIGINT NOT NULL, 
	documents BIGINT NOT NULL, 
	CONSTRAINT pk_search_slices PRIMARY KEY (number)
);
CREATE TABLE search_state (
	id BIGINT NOT NULL, 
	version BIGINT NOT NULL, 
	scanned BLOB NOT NULL, 
	complete BOOLEAN NOT NULL, 
	CONSTRAINT pk_search_state PRIMARY KEY (id), 
	CONSTRAINT ck_search_state_only_one CHECK (id = 1)
);
CREATE TABLE seen_groups (
	identity_id BLOB NOT NULL, 
	provider VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	CONSTRAINT pk_seen_groups PRIMARY KEY (identity_id, provider, name), 
	CONSTRAINT fk_seen_groups_identity_id FOREIGN KEY(identity_id) REFERENCES identities (id) ON DELETE CASCADE
);
CREATE TABLE sessions (
	id BLOB NOT NULL, 
	user_id BLOB NOT NULL, 
	kind VARCHAR NOT NULL, 
	secret_hash BLOB, 
	user_agent VARCHAR NOT NULL, 
	address VARCHAR NOT NULL, 
	created_at BIGINT NOT NULL, 
	last_seen_at BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	revoked_at BIGINT, second_step VARCHAR, proved_at BIGINT, 
	CONSTRAINT pk_sessions PRIMARY KEY (id), 
	CONSTRAINT fk_sessions_user_id FOREIGN KEY(user_id) REFERENCES users (id), 
	CONSTRAINT uq_sessions_secret_hash UNIQUE (secret_hash)
);
CREATE TABLE signing_keys (
	id BLOB NOT NULL, 
	"key" BLOB NOT NULL, 
	alone BOOLEAN NOT NULL, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT pk_signing_keys PRIMARY KEY (id)
);
CREATE TABLE statuses (
	user_id BLOB NOT NULL, 
	emoji VARCHAR, 
	text VARCHAR, 
	until BIGINT, 
	CONSTRAINT pk_statuses PRIMARY KEY (user_id), 
	CONSTRAINT fk_statuses_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE thread_follows (
	user_id BLOB NOT NULL, 
	thread_id BLOB NOT NULL, 
	room_id BLOB NOT NULL, 
	followed BOOLEAN NOT NULL, 
	level VARCHAR, 
	seq BIGINT NOT NULL, 
	marked_seq BIGINT, 
	CONSTRAINT pk_thread_follows PRIMARY KEY (user_id, thread_id), 
	CONSTRAINT fk_thread_follows_room_id FOREIGN KEY(room_id) REFERENCES rooms (id), 
	CONSTRAINT fk_thread_follows_thread_id FOREIGN KEY(thread_id) REFERENCES messages (id), 
	CONSTRAINT fk_thread_follows_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE upload_pieces (
	id BLOB NOT NULL, 
	file_id BLOB NOT NULL, 
	start BIGINT NOT NULL, 
	size BIGINT NOT NULL, 
	parts BIGINT NOT NULL, 
	CONSTRAINT pk_upload_pieces PRIMARY KEY (id)
);
CREATE TABLE uploads (
	file_id BLOB NOT NULL, 
	size BIGINT NOT NULL, 
	received BIGINT NOT NULL, 
	told VARCHAR NOT NULL, 
	finished_at BIGINT, 
	CONSTRAINT pk_uploads PRIMARY KEY (file_id)
);
CREATE TABLE used_assertions (
	application_id BLOB NOT NULL, 
	jti_hash BLOB NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_used_assertions PRIMARY KEY (application_id, jti_hash), 
	CONSTRAINT fk_used_assertions_application_id FOREIGN KEY(application_id) REFERENCES applications (id)
);
CREATE TABLE users (
	id BLOB NOT NULL, 
	username VARCHAR NOT NULL, 
	username_key VARCHAR NOT NULL, 
	display_name VARCHAR NOT NULL, 
	email VARCHAR, 
	email_key VARCHAR, 
	password_hash VARCHAR, 
	time_zone VARCHAR, 
	bot BOOLEAN NOT NULL, 
	deactivated_at BIGINT, 
	created_at BIGINT NOT NULL, email_verified_at BIGINT, delete_at BIGINT, delete_messages BOOLEAN, deleted_at BIGINT, second_factor BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_users PRIMARY KEY (id), 
	CONSTRAINT uq_users_email_key UNIQUE (email_key), 
	CONSTRAINT uq_users_username_key UNIQUE (username_key)
);
CREATE TABLE workspace_exports (
	id BLOB NOT NULL, 
	workspace_id BLOB NOT NULL, 
	requested_by BLOB NOT NULL, 
	job_id BLOB NOT NULL, 
	content VARCHAR, 
	rooms VARCHAR NOT NULL, 
	size BIGINT NOT NULL, 
	created_at BIGINT NOT NULL, 
	ready_at BIGINT, 
	expires_at BIGINT, 
	link_hash BLOB, 
	link_session BLOB, 
	link_until BIGINT, 
	CONSTRAINT pk_workspace_exports PRIMARY KEY (id), 
	CONSTRAINT fk_workspace_exports_requested_by FOREIGN KEY(requested_by) REFERENCES users (id), 
	CONSTRAINT fk_workspace_exports_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id), 
	CONSTRAINT uq_workspace_exports_workspace_id_requested_by UNIQUE (workspace_id, requested_by)
);
CREATE TABLE workspaces (
	id BLOB NOT NULL, 
	name VARCHAR NOT NULL, 
	access_version BIGINT NOT NULL, 
	created_at BIGINT NOT NULL, retention_days BIGINT, link_previews BOOLEAN DEFAULT 1 NOT NULL, read_by BOOLEAN DEFAULT 1 NOT NULL, 
	CONSTRAINT pk_workspaces PRIMARY KEY (id)
);
CREATE TRIGGER audit_log_refuses_delete BEFORE DELETE ON audit_log BEGIN SELECT RAISE(ABORT, 'audit_log only grows'); END;
CREATE TRIGGER audit_log_refuses_update BEFORE UPDATE ON audit_log BEGIN SELECT RAISE(ABORT, 'audit_log only grows'); END;
CREATE INDEX ix_appeals_user ON appeals (user_id, id);
CREATE INDEX ix_appeals_workspace ON appeals (workspace_id, state, id);
CREATE INDEX ix_application_sessions_application_id ON application_sessions (application_id);
CREATE INDEX ix_application_users_user_id ON application_users (user_id);
CREATE INDEX ix_applications_workspace_id ON applications (workspace_id);
CREATE INDEX ix_audit_log_actor ON audit_log (scope, actor, id);
CREATE INDEX ix_audit_log_kind ON audit_log (scope, kind, id);
CREATE INDEX ix_audit_log_scope ON audit_log (scope, id);
CREATE INDEX ix_audit_log_subject ON audit_log (scope, subject, id);
CREATE INDEX ix_bots_workspace_id ON bots (workspace_id);
CREATE INDEX ix_categories_workspace_id ON categories (workspace_id);
CREATE INDEX ix_commands_bot_id ON commands (bot_id);
CREATE INDEX ix_digest_items_user_id ON digest_items (user_id);
CREATE INDEX ix_emoji_alias_of ON emoji (alias_of);
CREATE INDEX ix_events_subject ON events (subject) WHERE id <> subject;
CREATE INDEX ix_exports_requested_by ON exports (requested_by);
CREATE INDEX ix_files_message_id ON files (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX ix_files_owner_id ON files (owner_id, workspace_id);
CREATE INDEX ix_files_unread ON files (id) WHERE state = 'sent' AND reading IS NULL;
CREATE INDEX ix_files_unused ON files (changed_at) WHERE state <> 'sent';
CREATE INDEX ix_files_workspace_id ON files (workspace_id);
CREATE INDEX ix_group_rules_provider ON group_rules (provider, name);
CREATE INDEX ix_held_messages_edits ON held_messages (edits_id) WHERE edits_id IS NOT NULL;
CREATE INDEX ix_held_messages_room ON held_messages (room_id, state, id);
CREATE INDEX ix_held_messages_sender ON held_messages (sender_id, id);
CREATE INDEX ix_identities_user_id ON identities (user_id);
CREATE INDEX ix_identity_sessions_identity_id ON identity_sessions (identity_id);
CREATE INDEX ix_invitations_workspace_id ON invitations (workspace_id);
CREATE INDEX ix_invocations_bot_id ON invocations (bot_id, id);
CREATE INDEX ix_invocations_expires_at ON invocations (expires_at);
CREATE INDEX ix_jobs_state_due_at ON jobs (state, due_at);
CREATE INDEX ix_mailed_links_user_id ON mailed_links (user_id);
CREATE INDEX ix_memberships_user ON memberships (user_id, resource_id);
CREATE INDEX ix_mentions_message ON mentions (message_id);
CREATE INDEX ix_messages_thread ON messages (thread_id, seq) WHERE thread_id IS NOT NULL;
CREATE INDEX ix_messages_timeline ON messages (room_id, seq) WHERE thread_id IS NULL;
CREATE INDEX ix_notification_levels_resource ON notification_levels (resource_id);
CREATE INDEX ix_notifications_created ON notifications (created_at);
CREATE INDEX ix_notifications_user ON notifications (user_id, id);
CREATE INDEX ix_passkeys_user_id ON passkeys (user_id);
CREATE INDEX ix_pins_room ON pins (room_id, seq);
CREATE INDEX ix_poll_votes_user ON poll_votes (user_id, message_id);
CREATE INDEX ix_post_authors_user ON post_authors (user_id);
CREATE INDEX ix_post_slugs_post ON post_slugs (post_id);
CREATE INDEX ix_post_tags_tag ON post_tags (tag, post_id);
CREATE INDEX ix_posts_author ON posts (author_id);
CREATE INDEX ix_posts_room ON posts (room_id, state, published_at);
CREATE INDEX ix_purges_resource ON purges (resource_id, id);
CREATE INDEX ix_push_subscriptions_user_id ON push_subscriptions (user_id);
CREATE INDEX ix_quotes_quoted_id ON quotes (quoted_id);
CREATE INDEX ix_reactions_order ON reactions (message_id, emoji, seq);
CREATE INDEX ix_reactions_user ON reactions (user_id, message_id);
CREATE INDEX ix_recovery_codes_user_id ON recovery_codes (user_id);
CREATE INDEX ix_refresh_tokens_session_id ON refresh_tokens (session_id);
CREATE INDEX ix_report_cases_workspace ON report_cases (workspace_id, state, id);
CREATE INDEX ix_reports_reporter ON reports (reporter_id, id);
CREATE INDEX ix_resources_parent_id ON resources (parent_id);
CREATE INDEX ix_resources_workspace_id ON resources (workspace_id);
CREATE INDEX ix_rooms_workspace_id ON rooms (workspace_id);
CREATE INDEX ix_sanctions_resource ON sanctions (resource_id, id);
CREATE INDEX ix_saved_messages_user_id ON saved_messages (user_id, id);
CREATE INDEX ix_scheduled_messages_user_id ON scheduled_messages (user_id, due_at);
CREATE INDEX ix_search_documents_tokens ON search_documents (tokens);
CREATE INDEX ix_seen_groups_name ON seen_groups (provider, name);
CREATE INDEX ix_sessions_revoked ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX ix_sessions_user ON sessions (user_id);
CREATE INDEX ix_thread_follows_thread ON thread_follows (thread_id);
CREATE INDEX ix_upload_pieces_file_id ON upload_pieces (file_id);
CREATE INDEX ix_workspace_exports_requested_by ON workspace_exports (requested_by);
CREATE UNIQUE INDEX uq_jobs_kind_dedupe ON jobs (kind, dedupe);
CREATE UNIQUE INDEX uq_purges_running ON purges (resource_id, user_id) WHERE state = 'running';
CREATE UNIQUE INDEX uq_report_cases_message ON report_cases (message_id) WHERE state = 'open' AND message_id IS NOT NULL;
CREATE UNIQUE INDEX uq_report_cases_person ON report_cases (workspace_id, user_id) WHERE state = 'open' AND message_id IS NULL;
CREATE UNIQUE INDEX uq_sanctions_standing ON sanctions (user_id, resource_id, kind) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX uq_saved_messages_message_id ON saved_messages (message_id, user_id);
INSERT INTO alembic_version ("version_num") VALUES ('0052');
INSERT INTO schema_floor ("id", "revision") VALUES (1, '0003');
