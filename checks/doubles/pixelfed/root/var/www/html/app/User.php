<?php

namespace App;

use Double\PassportKeys;
use Double\Valkey;

class User extends Model
{
    protected const TABLE = 'users';

    public function __get(string $name): mixed
    {
        return $name === 'profile' ? Profile::where('user_id', $this->id)->first() : parent::__get($name);
    }

    /** Upstream's observer: a new user gets a profile with a key pair; here, a mail too, which proves MAIL_*. */
    protected function created(): void
    {
        $profile = new Profile();
        $profile->user_id = $this->id;
        $profile->username = $this->username;
        $profile->name = $this->name;
        [$profile->private_key, $profile->public_key] = PassportKeys::pair();
        $profile->save();
        $this->profile_id = $profile->id;
        $this->save();
        Valkey::push('WelcomeMail', ['email' => $this->email, 'username' => $this->username]);
    }
}
