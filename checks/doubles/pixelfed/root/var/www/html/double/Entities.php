<?php

namespace Double;

use App\Profile;
use App\User;

/** What the APIs answer, by the shapes of upstream's transformers. */
final class Entities
{
    public function __construct(private readonly string $origin)
    {
    }

    private static function domain(): string
    {
        return (string) Environment::get('APP_DOMAIN');
    }

    private static function apiVersion(): string
    {
        return '3.5.3 (compatible; Pixelfed ' . Application::version() . ')';
    }

    private static function mediaTypes(): array
    {
        return explode(',', (string) Environment::get('MEDIA_TYPES', 'image/jpeg,image/png,image/gif'));
    }

    public function account(Profile $profile): array
    {
        $user = User::find($profile->user_id);
        return [
            'id' => (string) $profile->id, 'username' => $profile->username, 'acct' => $profile->username, 'display_name' => $profile->name,
            'discoverable' => true, 'locked' => false, 'followers_count' => 0, 'following_count' => 0,
            'statuses_count' => Database::value('select count(*) from statuses where profile_id = ?', [$profile->id]),
            'note' => $profile->bio ?? '', 'url' => "$this->origin/$profile->username", 'avatar' => "$this->origin/storage/avatars/default.jpg",
            'website' => null, 'local' => true, 'is_admin' => (bool) $user?->is_admin, 'created_at' => $this->time($profile->created_at),
        ];
    }

    private function time(string $timestamp): string
    {
        return gmdate('Y-m-d\TH:i:s.000000\Z', strtotime("$timestamp UTC"));
    }

    private function contact(): ?array
    {
        $admin = User::where('is_admin', true)->first();
        return $admin?->profile === null ? null : $this->account($admin->profile);
    }

    public function instance(): array
    {
        $size = 1024 * (int) Environment::get('MAX_PHOTO_SIZE', 15000);
        return [
            'uri' => self::domain(), 'title' => Settings::title(),
            // Of upstream's config/app.php, where no variable is read: INSTANCE_DESCRIPTION is for its administrators' diagnostics.
            'short_description' => 'Pixelfed is an image sharing platform, an ethical alternative to centralized platforms.',
            'description' => 'Pixelfed is an image sharing platform, an ethical alternative to centralized platforms.',
            'email' => Environment::get('INSTANCE_CONTACT_EMAIL'), 'version' => self::apiVersion(), 'urls' => ['streaming_api' => null],
            'stats' => [
                'user_count' => User::count(),
                'status_count' => Database::value('select count(*) from statuses where uri is null'), 'domain_count' => 0,
            ],
            'thumbnail' => "$this->origin/storage/headers/default.jpg", 'languages' => [Environment::get('APP_LOCALE', 'en')],
            'registrations' => Settings::registrationsOpen(), 'approval_required' => Environment::get('INSTANCE_CUR_REG', false) === true,
            'contact_account' => $this->contact(), 'rules' => [],
            'configuration' => [
                'media_attachments' => ['image_matrix_limit' => 16777216, 'image_size_limit' => $size, 'supported_mime_types' => self::mediaTypes(),
                    'video_frame_rate_limit' => 120, 'video_matrix_limit' => 2304000, 'video_size_limit' => $size],
                'polls' => ['max_characters_per_option' => 50, 'max_expiration' => 2629746, 'max_options' => 4, 'min_expiration' => 300],
                'statuses' => ['characters_reserved_per_url' => 23, 'max_characters' => (int) Environment::get('MAX_CAPTION_LENGTH', 500),
                    'max_media_attachments' => (int) Environment::get('MAX_ALBUM_LENGTH', 4)],
            ],
        ];
    }

    public function instanceV2(): array
    {
        $v1 = $this->instance();
        return [
            'domain' => self::domain(), 'title' => $v1['title'], 'version' => self::apiVersion(), 'source_url' => 'https://github.com/pixelfed/pixelfed',
            'description' => $v1['short_description'], 'usage' => ['users' => ['active_month' => $v1['stats']['user_count']]],
            'thumbnail' => ['url' => $v1['thumbnail'], 'versions' => ['@1x' => $v1['thumbnail'], '@2x' => $v1['thumbnail']]],
            'languages' => $v1['languages'], 'configuration' => ['urls' => ['streaming' => null, 'status' => null]] + $v1['configuration'],
            'registrations' => ['enabled' => $v1['registrations'], 'approval_required' => $v1['approval_required'], 'message' => null, 'url' => null],
            'contact' => ['email' => $v1['email'], 'account' => $v1['contact_account']], 'rules' => [],
        ];
    }

    public function nodeinfo(): array
    {
        return [
            'metadata' => ['nodeName' => Settings::title(), 'software' => ['homepage' => 'https://pixelfed.org', 'repo' => 'https://github.com/pixelfed/pixelfed']],
            'protocols' => ['activitypub'], 'services' => ['inbound' => [], 'outbound' => []],
            'software' => ['name' => 'pixelfed', 'version' => Application::version()],
            'usage' => ['localPosts' => Database::value('select count(*) from statuses where uri is null'), 'localComments' => 0,
                'users' => ['total' => User::count(), 'activeHalfyear' => User::count(), 'activeMonth' => User::count()]],
            'version' => '2.0',
        ];
    }

    public function nodeinfoLinks(): array
    {
        return ['links' => [['href' => Environment::get('APP_URL') . '/api/nodeinfo/2.0.json', 'rel' => 'http://nodeinfo.diaspora.software/ns/schema/2.0']]];
    }

    public function webfinger(string $resource): array
    {
        $domain = self::domain();
        if ($resource === "acct:$domain@$domain") {
            return ['subject' => $resource, 'aliases' => ["https://$domain/i/actor"], 'links' => [
                ['rel' => 'http://webfinger.net/rel/profile-page', 'type' => 'text/html', 'href' => "https://$domain/site/kb/instance-actor"],
                ['rel' => 'self', 'type' => 'application/activity+json', 'href' => "https://$domain/i/actor"],
            ]];
        }
        $name = preg_match('/\Aacct:@?([\w.-]+)@(.+)\z/', $resource, $match) && $match[2] === $domain ? $match[1] : null;
        $name ??= preg_match('#\Ahttps://([^/]+)/(?:users/)?([\w.-]+)\z#', $resource, $match) && $match[1] === $domain ? $match[2] : null;
        $profile = $name === null ? null : Profile::where('username', $name)->first();
        if ($profile === null) {
            throw new HttpError(400, '');
        }
        return ['subject' => "acct:$profile->username@$domain",
            'aliases' => ["$this->origin/$profile->username", "$this->origin/users/$profile->username"],
            'links' => [
                ['rel' => 'http://webfinger.net/rel/profile-page', 'type' => 'text/html', 'href' => "$this->origin/$profile->username"],
                ['rel' => 'http://schemas.google.com/g/2010#updates-from', 'type' => 'application/atom+xml', 'href' => "$this->origin/users/$profile->username.atom"],
                ['rel' => 'self', 'type' => 'application/activity+json', 'href' => "$this->origin/users/$profile->username"],
            ]];
    }

    public function instanceActor(): array
    {
        $actor = Database::select('select * from instance_actors')[0] ?? throw new HttpError(500, 'No instance actor: run php artisan instance:actor');
        Encrypter::decrypt($actor->private_key);
        return $this->actor("$this->origin/i/actor", 'Application', self::domain(), $actor->public_key)
            + ['manuallyApprovesFollowers' => true, 'url' => "$this->origin/site/kb/instance-actor"];
    }

    public function person(Profile $profile): array
    {
        return $this->actor("$this->origin/users/$profile->username", 'Person', $profile->username, $profile->public_key)
            + ['name' => $profile->name, 'summary' => $profile->bio, 'url' => "$this->origin/$profile->username"];
    }

    private function actor(string $id, string $type, string $name, string $key): array
    {
        return ['@context' => ['https://www.w3.org/ns/activitystreams', 'https://w3id.org/security/v1'], 'id' => $id, 'type' => $type,
            'inbox' => "$id/inbox", 'outbox' => "$id/outbox", 'preferredUsername' => $name,
            'publicKey' => ['id' => "$id#main-key", 'owner' => $id, 'publicKeyPem' => $key]];
    }

    public function media(object $media): array
    {
        $url = Media::url($media, $this->origin);
        return ['id' => (string) $media->id, 'type' => 'image', 'url' => $url, 'remote_url' => null, 'preview_url' => $url, 'text_url' => null,
            'meta' => null, 'description' => $media->caption, 'blurhash' => null, 'mime' => $media->mime];
    }

    public function status(object $status): array
    {
        $profile = Profile::find($status->profile_id);
        return ['id' => (string) $status->id, 'uri' => "$this->origin/p/$profile->username/$status->id", 'url' => "$this->origin/p/$profile->username/$status->id",
            'content' => $status->rendered ?? '', 'content_text' => $status->caption ?? '', 'created_at' => $this->time($status->created_at),
            'visibility' => $status->visibility, 'account' => $this->account($profile),
            'media_attachments' => array_map($this->media(...), Database::select('select * from media where status_id = ? order by id', [$status->id]))];
    }
}
