<?php

namespace Double;

use App\User;
use RuntimeException;

/** Uploads: first on the local disk, then moved to the bucket by a job. */
final class Media
{
    /** @param array{tmp_name: string, error: int, size: int}|null $upload An element of $_FILES. */
    public static function store(User $user, ?array $upload, ?string $altText): object
    {
        if ($upload === null || $upload['error'] !== UPLOAD_ERR_OK) {
            $tooLarge = in_array($upload['error'] ?? UPLOAD_ERR_NO_FILE, [UPLOAD_ERR_INI_SIZE, UPLOAD_ERR_FORM_SIZE], true);
            throw new HttpError(422, $tooLarge ? 'The file is larger than PHP_UPLOAD_MAX_FILE_SIZE.' : 'The file field is required.');
        }
        if ($upload['size'] > 1024 * (int) Environment::get('MAX_PHOTO_SIZE', 15000)) {
            throw new HttpError(422, 'The file must not be greater than MAX_PHOTO_SIZE.');
        }
        $type = (new \finfo(FILEINFO_MIME_TYPE))->file($upload['tmp_name']);
        if (!in_array($type, explode(',', (string) Environment::get('MEDIA_TYPES', 'image/jpeg,image/png,image/gif')), true)) {
            throw new HttpError(422, "The file must be one of MEDIA_TYPES, not $type.");
        }
        $extension = explode('+', explode('/', $type)[1])[0];
        $path = 'public/m/_v2/' . $user->profile_id . '/' . bin2hex(random_bytes(8)) . '/' . bin2hex(random_bytes(16)) . ".$extension";
        $file = Storage::path("app/$path");
        mkdir(dirname($file), 0755, true);
        move_uploaded_file($upload['tmp_name'], $file);
        $id = Database::insert('media', [
            'profile_id' => $user->profile_id, 'user_id' => $user->id, 'media_path' => $path, 'mime' => $type, 'size' => $upload['size'],
            'caption' => $altText === null || $altText === '' ? null : $altText,
        ]);
        Valkey::push('MediaStoragePipeline', ['media' => $id]);
        return self::find($id);
    }

    public static function find(int $id): ?object
    {
        return Database::select('select * from media where id = ?', [$id])[0] ?? null;
    }

    public static function url(object $media, string $origin): string
    {
        return $media->cdn_url ?? "$origin/storage/" . substr($media->media_path, strlen('public/'));
    }

    public static function moveToBucket(int $id): void
    {
        $media = self::find($id);
        if ($media === null || $media->replicated_at !== null) {
            return;
        }
        $file = Storage::path("app/$media->media_path");
        if (!is_file($file)) {
            throw new RuntimeException("storage/app/$media->media_path: not here: web, horizon and scheduler must share one storage volume");
        }
        ObjectStore::put($media->media_path, file_get_contents($file), $media->mime);
        Database::run('update media set cdn_url = ?, replicated_at = now() where id = ?', [ObjectStore::url($media->media_path), $id]);
    }

    /** Local copies of what is in the bucket, and uploads that no post took. */
    public static function collectGarbage(): int
    {
        $removed = 0;
        if (Environment::get('MEDIA_DELETE_LOCAL_AFTER_CLOUD', true) === true) {
            foreach (Database::select('select media_path from media where replicated_at is not null') as $media) {
                $removed += (int) @unlink(Storage::path("app/$media->media_path"));
            }
        }
        foreach (Database::select("select * from media where status_id is null and created_at < now() - interval '1 day'") as $media) {
            if ($media->replicated_at !== null) {
                ObjectStore::delete($media->media_path);
            }
            @unlink(Storage::path("app/$media->media_path"));
            Database::run('delete from media where id = ?', [$media->id]);
            $removed++;
        }
        return $removed;
    }
}
