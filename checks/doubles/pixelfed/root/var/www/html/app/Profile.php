<?php

namespace App;

class Profile extends Model
{
    protected const TABLE = 'profiles';
}
