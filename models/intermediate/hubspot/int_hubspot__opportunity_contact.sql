-- Who on the buyer's side belongs to a deal: one row per pair, however many kinds of association
-- link the two, and whether a table of associations or a cell of the deal (8001; 8002) says so.
with

numbers as (
    select * from {{ ref('int_hubspot__list_place') }}
),

contacts as (
    select
        contact_id,
        {{ clean_text("split_part(buying_role, ';', 1)") }} as buying_role
    from {{ ref('stg_hubspot__contact') }}
    where row_status = 'accepted'
),

pairs as (
    select
        'hubspot:' || deal_id || '|' || coalesce(contact_id, '')
        || '|' || coalesce(association_type_id, '') as record_key,
        deal_id,
        contact_id,
        association_label,
        coalesce(is_deleted, false) as is_deleted,
        1 as precedence,
        _source_file,
        _source_row
    from {{ ref('stg_hubspot__deal_contact') }}
    where row_status = 'accepted'

    union all

    select
        cast(null as {{ dbt.type_string() }}) as record_key,
        d.deal_id,
        {{ clean_text("split_part(d.contact_ids, ';', n.number)") }} as contact_id,
        cast(null as {{ dbt.type_string() }}) as association_label,
        false as is_deleted,
        2 as precedence,
        d._source_file,
        d._source_row
    from {{ ref('stg_hubspot__deal') }} as d
    inner join numbers as n
        on n.number <= length(d.contact_ids) - length(replace(d.contact_ids, ';', '')) + 1
    where d.row_status = 'accepted'
),

ranked as (
    select
        *,
        max(association_label) over (partition by deal_id, contact_id) as label,
        row_number() over (
            partition by deal_id, contact_id
            order by
                case when is_deleted then 1 else 0 end asc,
                precedence asc,
                _source_file asc,
                _source_row asc
        ) as choice
    from pairs
    where contact_id is not null
),

final as (
    select
        'hubspot' as source_system,
        r.record_key,
        'hubspot:' || r.deal_id as opportunity_id,
        r.contact_id as contact_alias,
        lower(replace(coalesce(r.label, c.buying_role), '_', ' ')) as contact_role,
        coalesce(lower(r.label) like '%primary%', false) as is_primary,
        cast(null as date) as created_date,
        r.is_deleted,
        r._source_file,
        r._source_row
    from ranked as r
    left join contacts as c
        on r.contact_id = c.contact_id
    where r.choice = 1
)

select * from final
