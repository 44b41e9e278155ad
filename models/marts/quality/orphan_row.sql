-- Accepted rows that point at a record nobody delivered. They are kept and counted; this is the
-- list to send to whoever owns the source. A pointer is only followed where its target has any
-- rows.
with

accounts as (
    select
        'salesforce' as source_system,
        account_id as record_id
    from {{ ref('stg_salesforce__account') }}
    where row_status <> 'rejected'
    group by account_id
),

users as (
    select
        'salesforce' as source_system,
        user_id as record_id
    from {{ ref('stg_salesforce__user') }}
    where row_status <> 'rejected'
    group by user_id
),

opportunities as (
    select
        'salesforce' as source_system,
        opportunity_id as record_id
    from {{ ref('stg_salesforce__opportunity') }}
    where row_status <> 'rejected'
    group by opportunity_id
),

tabular_opportunities as (
    select
        'tabular' as source_system,
        opportunity_id as record_id
    from {{ ref('stg_tabular__opportunity') }}
    where row_status <> 'rejected'
    group by opportunity_id
),

sessions as (
    select
        'coaching_log' as source_system,
        session_id as record_id
    from {{ ref('stg_coaching_log__session') }}
    where row_status <> 'rejected'
    group by session_id
),

targets as (
    select
        'account' as target,
        source_system,
        record_id
    from accounts
    union all
    select
        'user' as target,
        source_system,
        record_id
    from users
    union all
    select
        'opportunity' as target,
        source_system,
        record_id
    from opportunities
    union all
    select
        'opportunity' as target,
        source_system,
        record_id
    from tabular_opportunities
    union all
    select
        'session' as target,
        source_system,
        record_id
    from sessions
),

delivered as (
    select
        target,
        source_system
    from targets
    group by target, source_system
),

pointers as (
    {% for relation, column, target in [
        ('stg_salesforce__opportunity', 'account_id', 'account'),
        ('stg_salesforce__opportunity', 'owner_id', 'user'),
        ('stg_salesforce__opportunity_history', 'opportunity_id', 'opportunity'),
        ('stg_salesforce__account', 'owner_id', 'user'),
        ('stg_salesforce__account', 'parent_account_id', 'account'),
        ('stg_salesforce__task', 'owner_id', 'user'),
        ('stg_salesforce__task', 'account_id', 'account'),
        ('stg_salesforce__event', 'owner_id', 'user'),
        ('stg_salesforce__event', 'account_id', 'account'),
        ('stg_salesforce__user', 'manager_id', 'user'),
        ('stg_tabular__activity', 'opportunity_id', 'opportunity'),
        ('stg_coaching_log__attendee', 'session_id', 'session'),
        ('stg_coaching_log__action', 'session_id', 'session'),
    ] %}
        select
            '{{ relation.split('__')[0][4:] }}' as source_system,
            '{{ relation.split('__')[1] }}' as object,
            '{{ column }}' as column_name,
            '{{ target }}' as target,
            {{ column }} as record_id,
            _source_file as source_file,
            _source_row as source_row,
            _load_id as load_id
        from {{ ref(relation) }}
        where row_status = 'accepted' and {{ column }} is not null
        union all
    {% endfor %}
    -- Salesforce's WhatId points at many objects; the key prefix 006 says it is an opportunity.
    {% for relation in ['stg_salesforce__task', 'stg_salesforce__event'] %}
        select
            'salesforce' as source_system,
            '{{ relation.split('__')[1] }}' as object,
            'what_id' as column_name,
            'opportunity' as target,
            what_id as record_id,
            _source_file as source_file,
            _source_row as source_row,
            _load_id as load_id
        from {{ ref(relation) }}
        where row_status = 'accepted' and what_id like '006%'
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select
        pointers.source_system,
        pointers.object,
        pointers.source_file,
        pointers.source_row,
        pointers.column_name,
        pointers.record_id as missing_id,
        pointers.load_id
    from pointers
    inner join delivered
        on
            pointers.target = delivered.target
            and pointers.source_system = delivered.source_system
    left join targets
        on
            pointers.target = targets.target
            and pointers.source_system = targets.source_system
            and pointers.record_id = targets.record_id
    where targets.record_id is null
)

select * from final
